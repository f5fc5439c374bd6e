#include "wire/chunk_writer.hpp"

#include <catch2/catch.hpp>

#include "../../../sdk/wire/hex.hpp"
#include "wire/chunk_reader.hpp"

using namespace sluice::rtmp;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

Bytes joined(const ChunkedMessage& message) {
  Bytes out;
  for (const auto slice : message.slices()) out.insert(out.end(), slice.begin(), slice.end());
  return out;
}

Bytes pattern(size_t size) {
  Bytes out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(i * 13 + i / 256);
  return out;
}

}  // namespace

TEST_CASE("a message is cut as the standard draws it") {
  const Bytes body = pattern(200);
  const ChunkedMessage message({4, 0x010203, 9, 1}, hex("1701000000"), body, 128);
  const Bytes expected = hex("04 010203 0000cd 09 01000000 1701000000") +
                         Bytes(body.begin(), body.begin() + 123) + hex("c4") +
                         Bytes(body.begin() + 123, body.end());
  CHECK(joined(message) == expected);
  CHECK(message.size() == expected.size());
  REQUIRE(message.slices().size() == 4);
  CHECK(message.slices()[1].data() == body.data());  // not copied
  CHECK(message.slices()[3].data() == body.data() + 123);
}

TEST_CASE("slices, flat bytes and the reader agree") {
  for (const size_t size : {0u, 1u, 122u, 123u, 124u, 128u, 251u, 1000u, 70000u}) {
    for (const uint32_t time : {0u, 0xfffffeu, 0xffffffu, 0xffffffffu}) {
      for (const uint32_t id : {4u, 64u, 320u}) {
        for (const uint32_t chunk_size : {128u, 4096u, 65536u}) {
          CAPTURE(size, time, id, chunk_size);
          const Bytes prefix = hex("af01000000"), body = pattern(size);
          const MessageHeader header{id, time, 8, 1};
          ChunkedMessage made(header, prefix, body, chunk_size);
          const ChunkedMessage message(std::move(made));
          Bytes flat;
          append_message(flat, header, prefix + body, chunk_size);
          REQUIRE(joined(message) == flat);

          ChunkReader reader;
          Bytes in;
          append_message(in, {2, 0, 1, 0},
                         Bytes{0, static_cast<uint8_t>(chunk_size >> 16),
                               static_cast<uint8_t>(chunk_size >> 8), static_cast<uint8_t>(chunk_size)},
                         128);
          in = in + flat;
          reader.feed(in);
          const auto read = reader.poll().value();
          REQUIRE(read);
          REQUIRE(read->timestamp == time);
          REQUIRE(read->chunk_stream_id == id);
          REQUIRE(Bytes(read->payload.begin(), read->payload.end()) == prefix + body);
        }
      }
    }
  }
}

TEST_CASE("a message without body is its header") {
  const ChunkedMessage message({3, 0, 20, 0}, {}, {}, 128);
  CHECK(joined(message) == hex("03 000000 000000 14 00000000"));
}
