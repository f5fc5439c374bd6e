#include "kit/audience.hpp"

#include <catch2/catch.hpp>

#include "kit/room.hpp"

#include "kit/footprint.hpp"

using namespace sluice;
using namespace sluice::kit;
using namespace std::chrono_literals;

namespace {

struct Writer {
  sluice_track track{};
  std::uint8_t byte = 1;
  sluice_span span{&byte, 1};
  std::uint64_t seq = 0;

  explicit Writer(std::uint32_t codec) {
    track.struct_size = sizeof track;
    track.id = 1;
    track.kind = SLUICE_TRACK_VIDEO;
    track.codec = codec;
  }
  sluice_frame frame(std::int64_t seconds, bool key) {
    sluice_frame frame{};
    frame.struct_size = sizeof frame;
    frame.flags = key ? std::uint32_t{SLUICE_FRAME_KEY} : 0u;
    frame.seq = ++seq;
    frame.dts = seconds * 1'000'000'000;
    frame.track = &track;
    frame.spans = &span;
    frame.span_count = 1;
    return frame;
  }
};

}  // namespace

TEST_CASE("a sighting counts frames and keys, and the longest time without one") {
  Sighting seen;
  Writer writer(SLUICE_FOURCC('o', 'd', 'd', '1'));
  for (const auto& [at, key] : {std::pair{0, true}, {3, false}, {5, true}, {12, false}, {13, true}})
    seen.note_frame(writer.frame(at, key));
  const auto tracks = seen.tracks();
  REQUIRE(tracks.size() == 1);
  const auto& track = tracks.at(1);
  CHECK(seen.frames() == 5);
  CHECK(track.keys == 3);
  CHECK(track.longest_gap == 7'000'000'000);
  CHECK(track.defect.empty());
}

TEST_CASE("the first defect stays") {
  Sighting seen;
  Writer writer(SLUICE_CODEC_H264);
  seen.note_track(writer.track);
  const auto first = seen.tracks().at(1).defect;
  CHECK_FALSE(first.empty());
  seen.note_frame(writer.frame(0, true));
  CHECK(seen.tracks().at(1).defect == first);
  CHECK(seen.frames() == 1);
}

TEST_CASE("who asks for a stream that is not there is answered once, in whatever manner he came") {
  const ScratchFolder folder("audience");
  Room room(folder.path());
  Audience audience(room);
  for (const auto manner : {Manner::reads, Manner::never_reads, Manner::cancels}) {
    const auto seen = audience.watch("nobody/publishes", manner);
    CHECK(eventually([&] { return seen->answers == 1; }, 10s));
    CHECK_FALSE(seen->admitted);
  }
}
