#include "sluice/mux/ts/packet_sync.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

// Packets that say which they are; noise has no sync byte in it.
Bytes packets(size_t count, size_t stride = packet_size, uint8_t first = 0) {
  Bytes out;
  for (size_t i = 0; i < count; ++i) {
    if (stride == 192) out = out + Bytes(4, 1);
    out = out + Bytes{sync_byte, static_cast<uint8_t>(first + i)} + Bytes(packet_size - 2, 2);
    if (stride == 204) out = out + Bytes(16, 3);
  }
  return out;
}

struct Run {
  std::vector<unsigned> numbers;
  PacketSync sync;
  PacketSync::Give give = [this](auto packet) { numbers.push_back(packet[1]); };

  Run& feed(const Bytes& bytes, size_t piece = SIZE_MAX) {
    for (size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at))
      sync.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), give);
    return *this;
  }
};

std::vector<unsigned> from_to(unsigned from, unsigned to) {
  std::vector<unsigned> out;
  while (from < to) out.push_back(from++);
  return out;
}

}  // namespace

TEST_CASE("packets are found at every stride, in pieces of every size (M1)") {
  for (const size_t stride : {188u, 192u, 204u})
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{188}, size_t{1000}, SIZE_MAX}) {
      CAPTURE(stride, piece);
      Run run;
      run.feed(packets(20, stride), piece);
      CHECK(run.numbers == from_to(0, 20));
      CHECK(run.sync.stride() == stride);
      CHECK(run.sync.skipped() == (stride == 192 ? 4 : 0));
    }
}

TEST_CASE("five sync bytes bring it in, garbage before them is skipped") {
  Run run;
  run.feed(hex("4747004747") + packets(4));
  CHECK(run.numbers.empty());
  CHECK_FALSE(run.sync.in_sync());
  run.feed(packets(1, packet_size, 4));
  CHECK(run.numbers == from_to(0, 5));
  CHECK(run.sync.skipped() == 5);
}

TEST_CASE("one bad sync byte is passed over, two lose it, and it is found again (M1)") {
  auto stream = packets(30);
  stream[10 * packet_size] = 0;
  Run one;
  one.feed(stream, 100);
  CHECK(one.numbers.size() == 29);
  CHECK(one.sync.bad() == 1);
  CHECK(one.sync.losses() == 0);

  stream.insert(stream.begin() + 20 * 188 + 50, 3, 9);  // three bytes too many, in the 21st packet
  Run slipped;
  slipped.feed(stream, 100);
  CHECK(slipped.sync.losses() == 1);
  CHECK(slipped.sync.in_sync());
  CHECK(slipped.numbers.back() == 29);
  CHECK(slipped.numbers.size() >= 26);
}

TEST_CASE("garbage without end holds no memory and gives nothing") {
  Run run;
  for (uint32_t i = 0; i < 200; ++i) run.feed(noise(1000, i));
  run.feed(Bytes(50000, 0));
  CHECK(run.numbers.empty());
  CHECK(run.sync.skipped() > 200'000);
}

TEST_CASE("a stream that is over gives what it has") {
  Run run;
  run.feed(packets(3)).sync.finish(run.give);
  CHECK(run.numbers == from_to(0, 3));
  Run cut;
  cut.feed(packets(7)).feed(Bytes(packet_size - 1, sync_byte)).sync.finish(cut.give);
  CHECK(cut.numbers == from_to(0, 7));
  CHECK(cut.sync.skipped() == packet_size - 1);
}
