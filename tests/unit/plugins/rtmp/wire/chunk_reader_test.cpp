#include "wire/chunk_reader.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

#include "../../../sdk/wire/hex.hpp"
#include "wire/chunk_writer.hpp"
#include "wire/control.hpp"

using namespace sluice::rtmp;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

struct Got {
  uint32_t chunk_stream_id, timestamp;
  int type;
  uint32_t stream_id;
  Bytes payload;
  bool operator==(const Got&) const = default;
};

struct Outcome {
  std::vector<Got> messages;
  sluice::error_code error;
};

// Each piece sits in a buffer of its own that dies before the next, so that a kept span would be seen.
Outcome read_in_steps(const Bytes& in, size_t step, const ChunkLimits& limits = {}) {
  ChunkReader reader(limits);
  Outcome out;
  for (size_t at = 0; at < in.size(); at += step) {
    const auto first = in.begin() + static_cast<std::ptrdiff_t>(at);
    const Bytes piece(first, first + static_cast<std::ptrdiff_t>(std::min(step, in.size() - at)));
    reader.feed(piece);
    while (true) {
      const auto next = reader.poll();
      if (!next) {
        out.error = next.error();
        return out;
      }
      if (!*next) break;
      const Message& m = **next;
      out.messages.push_back(
          {m.chunk_stream_id, m.timestamp, m.type, m.stream_id, {m.payload.begin(), m.payload.end()}});
    }
  }
  return out;
}

Outcome read(const Bytes& in, const ChunkLimits& limits = {}) {
  return read_in_steps(in, in.size() + 1, limits);
}

Bytes pattern(size_t size, uint8_t seed = 0) {
  Bytes out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(seed + i * 31 + i / 251);
  return out;
}

Bytes chunked(const MessageHeader& header, const Bytes& payload, uint32_t chunk_size = 128) {
  Bytes out;
  append_message(out, header, payload, chunk_size);
  return out;
}

Bytes control(uint8_t type, const Bytes& payload) { return chunked({2, 0, type, 0}, payload); }

Bytes be32(uint32_t v) {
  return {static_cast<uint8_t>(v >> 24), static_cast<uint8_t>(v >> 16), static_cast<uint8_t>(v >> 8),
          static_cast<uint8_t>(v)};
}

// A header alone: fmt 0 on chunk stream 4.
Bytes opening(uint32_t length, uint8_t csid = 4, uint8_t type = 9) {
  Bytes out = {csid, 0, 0, 0};
  const Bytes size = be32(length);
  out.insert(out.end(), size.begin() + 1, size.end());
  out.push_back(type);
  return out + hex("01000000");
}

// Everything the grammar has: all formats, interleaving, both csid escapes, extended time, a new chunk size.
Bytes rich_stream() {
  const Bytes a = pattern(300, 1), b = pattern(150, 2);
  Bytes in = opening(300, 4) + Bytes(a.begin(), a.begin() + 128);
  in = in + opening(150, 6, 8) + Bytes(b.begin(), b.begin() + 128);  // interleaved
  in = in + hex("c4") + Bytes(a.begin() + 128, a.begin() + 256);
  in = in + hex("c6") + Bytes(b.begin() + 128, b.end());
  in = in + hex("c4") + Bytes(a.begin() + 256, a.end());
  in = in + hex("46 000021 000003 08") + hex("aabbcc");  // fmt 1
  in = in + hex("86 000010") + hex("ddeeff");            // fmt 2
  in = in + hex("c6") + hex("112233");                   // fmt 3, a new message
  in = in + control(1, be32(4096));
  in = in + chunked({319, 0x01000005, 9, 1}, pattern(9000, 3), 4096);
  in = in + chunked({65599, 0xffffffff, 8, 1}, pattern(5, 4), 4096);
  return in + chunked({5, 7, 20, 0}, {}, 4096);
}

}  // namespace

TEST_CASE("every chunk format, interleaved, gives its messages") {
  const auto out = read(rich_stream());
  CHECK_FALSE(out.error);
  REQUIRE(out.messages.size() == 8);
  CHECK(out.messages[0] == Got{6, 0, 8, 1, pattern(150, 2)});
  CHECK(out.messages[1] == Got{4, 0, 9, 1, pattern(300, 1)});
  CHECK(out.messages[2] == Got{6, 0x21, 8, 1, hex("aabbcc")});
  CHECK(out.messages[3] == Got{6, 0x31, 8, 1, hex("ddeeff")});
  CHECK(out.messages[4] == Got{6, 0x41, 8, 1, hex("112233")});
  CHECK(out.messages[5] == Got{319, 0x01000005, 9, 1, pattern(9000, 3)});
  CHECK(out.messages[6] == Got{65599, 0xffffffff, 8, 1, pattern(5, 4)});
  CHECK(out.messages[7] == Got{5, 7, 20, 0, {}});
}

TEST_CASE("any split of a chunk stream gives the same messages") {
  const Bytes in = rich_stream();
  const auto whole = read(in).messages;
  for (size_t step = 1; step < 700; step += step < 40 ? 1 : 13) {
    CAPTURE(step);
    const auto out = read_in_steps(in, step);
    REQUIRE_FALSE(out.error);
    REQUIRE(out.messages == whole);
  }
}

TEST_CASE("any truncation of a chunk stream gives a prefix of the messages") {
  const Bytes in = rich_stream();
  const auto whole = read(in).messages;
  for (size_t size = 0; size < in.size(); size += size < 1200 ? 1 : 97) {
    const auto out = read(Bytes(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(size)));
    REQUIRE_FALSE(out.error);
    REQUIRE(out.messages.size() <= whole.size());
    REQUIRE(std::equal(out.messages.begin(), out.messages.end(), whole.begin()));
  }
}

TEST_CASE("damaged chunk streams do no harm and any split fails alike") {
  const Bytes sound = rich_stream();
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes in = sound;
    for (int i = 0; i < 3; ++i) in[random() % in.size()] = static_cast<uint8_t>(random());
    const auto whole = read(in), split = read_in_steps(in, 1 + random() % 300);
    REQUIRE(whole.error == split.error);
    REQUIRE(whole.messages == split.messages);
  }
}

TEST_CASE("fmt 3 after fmt 0 adds the timestamp again, as the standard says") {
  const Bytes in = hex("06 000017 000001 08 01000000 aa") + hex("c6 bb") + hex("c6 cc");
  const auto out = read(in);
  REQUIRE(out.messages.size() == 3);
  CHECK(out.messages[1].timestamp == 0x2e);
  CHECK(out.messages[2].timestamp == 0x45);
}

TEST_CASE("a compressed header opens a chunk stream only as fmt 1") {
  CHECK(read(hex("42 000005 000006 04 000600000001")).messages.at(0).timestamp == 5);
  CHECK(read(hex("82 000005")).error == Errc::no_previous_header);
  CHECK(read(hex("c2")).error == Errc::no_previous_header);
}

TEST_CASE("SetChunkSize outside its range closes (R4, R6)") {
  struct Case {
    const char* payload;
    uint32_t floor;
    bool passes;
  };
  for (const Case& c :
       {Case{"00000080", 128, true}, Case{"0000007f", 128, false}, Case{"00000001", 128, false},
        Case{"00000001", 1, true}, Case{"00000000", 0, false}, Case{"80001000", 128, false},
        Case{"ffffffff", 128, false}, Case{"000010", 128, false}, Case{"7fffffff", 128, true},
        Case{"0000100000", 128, true}}) {
    CAPTURE(c.payload, c.floor);
    ChunkLimits limits;
    limits.min_chunk_size = c.floor;
    const auto out = read(control(1, hex(c.payload)), limits);
    CHECK(out.messages.empty());
    CHECK(bool(out.error) == !c.passes);
    if (!c.passes) CHECK(out.error == Errc::bad_chunk_size);
  }
}

TEST_CASE("chunk size 1 works in compat mode (R6)") {
  ChunkLimits limits;
  limits.min_chunk_size = 1;
  const Bytes payload = pattern(1 << 20);
  const auto out = read(control(1, be32(1)) + chunked({4, 0, 9, 1}, payload, 1), limits);
  REQUIRE(out.messages.size() == 1);
  CHECK(out.messages[0].payload == payload);
}

TEST_CASE("a huge chunk size is believed but not paid for (R5)") {
  const Bytes huge = control(1, be32(0x7fffffff));
  CHECK(read(huge + opening(16u << 20 >> 1 | 1) + hex("aa")).error == Errc::message_too_large);
  CHECK(read(huge + opening(0xffffff) + hex("aa")).error == Errc::message_too_large);
  const Bytes payload = pattern(3 << 20);  // one chunk of 3 MiB
  const auto out = read_in_steps(huge + chunked({4, 0, 9, 1}, payload, 0xffffff), 65536);
  REQUIRE(out.messages.size() == 1);
  CHECK(out.messages[0].payload == payload);
}

TEST_CASE("announced lengths count against the connection (R7)") {
  CHECK_FALSE(read(opening(8u << 20, 4) + Bytes(128) + opening(8u << 20, 5) + Bytes(128)).error);
  CHECK(read(opening(8u << 20, 4) + Bytes(128) + opening(8u << 20, 5) + Bytes(128) + opening(1, 6)).error ==
        Errc::too_much_in_flight);
  // What is finished or aborted counts no more.
  Bytes in;
  for (int i = 0; i < 5; ++i) in = in + opening(6u << 20, 4) + Bytes(128) + control(2, be32(4));
  CHECK_FALSE(read(in).error);
  in.clear();
  for (int i = 0; i < 40; ++i) in = in + chunked({4, 0, 9, 1}, pattern(1 << 20));
  CHECK(read_in_steps(in, 1 << 16).messages.size() == 40);
}

TEST_CASE("a message cannot change midway (R8)") {
  const Bytes begun = opening(300) + Bytes(128);
  CHECK(read(begun + hex("44 000000 000fff 09")).error == Errc::message_changed_midway);
  CHECK(read(begun + hex("44 000000 00012c 08")).error == Errc::message_changed_midway);
  CHECK(read(begun + hex("04 000000 00012c 09 02000000")).error == Errc::message_changed_midway);
  // The same said again is a continuation.
  const auto out = read(begun + hex("44 000000 00012c 09") + Bytes(128) + hex("84 000000") + Bytes(44));
  CHECK_FALSE(out.error);
  CHECK(out.messages.size() == 1);
}

TEST_CASE("chunk stream ids of every width live side by side up to the limit (R9)") {
  Bytes in;
  for (const uint32_t id : {2u, 3u, 63u, 64u, 319u, 320u, 65599u})
    in = in + chunked({id, id, 8, 1}, hex("aa"));
  const auto out = read(in);
  REQUIRE(out.messages.size() == 7);
  for (const Got& got : out.messages) CHECK(got.chunk_stream_id == got.timestamp);

  in.clear();
  for (uint32_t id = 0; id < 64; ++id) in = in + chunked({300 + id, 0, 8, 1}, hex("aa"));
  CHECK(read(in).messages.size() == 64);
  CHECK(read(in + chunked({2, 0, 8, 1}, hex("aa"))).error == Errc::too_many_chunk_streams);
}

TEST_CASE("extended timestamps in both dialects, any split (R10)") {
  const Bytes payload = pattern(300, 9), small = pattern(130, 5);
  const auto stream = [&](bool repeats) {
    Bytes in;
    for (const uint32_t time : {0x00fffffeu, 0x00ffffffu, 0x01000010u, 0xfffffff0u}) {
      for (const Bytes& body : {payload, small}) {
        const bool extended = time >= 0xffffff;
        in = in + hex("04") + (extended ? hex("ffffff") : hex("fffffe"));
        const Bytes length = be32(static_cast<uint32_t>(body.size()));
        in.insert(in.end(), length.begin() + 1, length.end());
        in = in + hex("09 01000000") + (extended ? be32(time) : Bytes{});
        for (size_t at = 0; at < body.size(); at += 128) {
          if (at > 0) in = in + hex("c4") + (extended && repeats ? be32(time) : Bytes{});
          const auto end = std::min(body.size(), at + 128);
          in.insert(in.end(), body.begin() + static_cast<std::ptrdiff_t>(at),
                    body.begin() + static_cast<std::ptrdiff_t>(end));
        }
      }
    }
    return in;
  };
  for (const bool repeats : {true, false}) {
    for (const size_t step : {1u, 2u, 3u, 5u, 129u, 100000u}) {
      CAPTURE(repeats, step);
      const auto out = read_in_steps(stream(repeats), step);
      REQUIRE_FALSE(out.error);
      REQUIRE(out.messages.size() == 8);
      CHECK(out.messages[0].timestamp == 0xfffffe);
      CHECK(out.messages[2].timestamp == 0xffffff);
      CHECK(out.messages[7].timestamp == 0xfffffff0);
      for (size_t i = 0; i < 8; ++i) CHECK(out.messages[i].payload == (i % 2 ? small : payload));
    }
  }
}

TEST_CASE("an encoder that omits extended timestamps may leave less than four bytes (R10)") {
  const Bytes body = pattern(130, 5);
  Bytes in = hex("04 ffffff 000082 09 01000000 01000000") + Bytes(body.begin(), body.begin() + 128);
  in = in + hex("c4") + Bytes(body.begin() + 128, body.end());
  in = in + hex("06 000001 000003 08 01000000 aabbcc");  // the next message, on another chunk stream
  for (const size_t step : {1u, 2u, 1000u}) {
    const auto out = read_in_steps(in, step);
    REQUIRE(out.messages.size() == 2);
    CHECK(out.messages[0].payload == body);
    CHECK(out.messages[1] == Got{6, 1, 8, 1, hex("aabbcc")});
  }
}

TEST_CASE("fmt 3 with extended timestamps begins a message at the time it says (R10)") {
  const Bytes first = hex("06 ffffff 000002 08 01000000 01000000 aaaa");
  const auto repeats = read(first + hex("c6 01000017 bbbb") + hex("c6 0100002e cccc"));
  REQUIRE(repeats.messages.size() == 3);
  CHECK(repeats.messages[1].timestamp == 0x01000017);
  CHECK(repeats.messages[2].timestamp == 0x0100002e);
  CHECK(repeats.messages[2].payload == hex("cccc"));
}

TEST_CASE("fmt 3 without extended timestamps begins a message at the same time (R10)") {
  const Bytes in = hex("06 ffffff 000006 08 01000000 01000000 aaaaaaaaaaaa") + hex("c6 af0102030405") +
                   hex("c6 af0607080900");
  for (const size_t step : {1u, 3u, 1000u}) {
    const auto omits = read_in_steps(in, step);
    REQUIRE(omits.messages.size() == 3);
    CHECK(omits.messages[1] == Got{6, 0x01000000, 8, 1, hex("af0102030405")});
    CHECK(omits.messages[2] == Got{6, 0x01000000, 8, 1, hex("af0607080900")});
  }
}

TEST_CASE("timestamps wrap and step back (R10)") {
  const auto out = read(hex("06 ffffff 000001 08 01000000 fffffff0 aa") + hex("86 000020 bb") +
                        hex("06 000005 000001 08 01000000 cc") + hex("86 ffffff 01000000 dd"));
  REQUIRE(out.messages.size() == 4);
  CHECK(out.messages[1].timestamp == 0x10);
  CHECK(out.messages[2].timestamp == 5);
  CHECK(out.messages[3].timestamp == 0x01000005);
}

TEST_CASE("Abort drops what was begun, and one for nothing is ignored (R15)") {
  const Bytes next = hex("84 000005") + pattern(128) + hex("c4") + Bytes(22);
  const auto out = read(opening(150) + Bytes(128) + control(2, be32(4)) + next);
  REQUIRE(out.messages.size() == 1);
  CHECK(out.messages[0].timestamp == 5);
  CHECK(out.messages[0].payload.size() == 150);

  ChunkReader reader;
  const Bytes in = control(2, be32(99)) + control(2, be32(2)) + control(2, hex("00")) + control(3, be32(1));
  reader.feed(in);
  CHECK(reader.poll().value()->type == type_acknowledgement);
  CHECK(reader.ignored_aborts() == 3);
}

TEST_CASE("control messages of several chunks leave nothing behind") {
  const Bytes padded_size = be32(4096) + Bytes(200), padded_abort = be32(99) + Bytes(200);
  const Bytes in = control(2, padded_abort) + control(2, padded_abort) + control(1, padded_size) +
                   chunked({2, 0, 5, 0}, be32(7), 4096) + chunked({4, 9, 9, 1}, pattern(5000), 4096);
  for (size_t step = 1; step < 1000; step += 7) {
    const auto out = read_in_steps(in, step);
    REQUIRE(out.messages.size() == 2);
    CHECK(out.messages[0] == Got{2, 0, 5, 0, be32(7)});
    CHECK(out.messages[1].payload == pattern(5000));
  }
}

TEST_CASE("messages of no length come out empty (R14)") {
  const auto out = read(opening(0, 4, 8) + opening(0, 4, 9) + opening(0, 3, 20));
  REQUIRE(out.messages.size() == 3);
  for (const Got& got : out.messages) CHECK(got.payload.empty());
}

TEST_CASE("an error is final") {
  ChunkReader reader;
  const Bytes bad = hex("c2"), good = opening(0);
  reader.feed(bad);
  CHECK(reader.poll().has_error());
  reader.feed(good);
  CHECK(reader.poll().error() == Errc::no_previous_header);
}

TEST_CASE("a message whole within what was fed is handed out where it lies") {
  ChunkReader reader;
  const Bytes in = chunked({4, 0, 9, 1}, pattern(100));
  reader.feed(in);
  const auto message = reader.poll().value();
  CHECK(message->payload.data() == in.data() + 12);
}
