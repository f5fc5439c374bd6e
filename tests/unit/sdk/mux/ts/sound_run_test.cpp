#include "sluice/mux/ts/sound_run.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"

using namespace sluice::test;
using ts::milliseconds;

namespace {

ts::Track aac(const std::string& config) {
  ts::Track track = sound_track(1, SLUICE_CODEC_AAC);
  track.config = hex(config);
  return track;
}

}  // namespace

TEST_CASE("frames whose times a demuxer would make go on") {
  auto run = ts::SoundRun::of(aac("1190"));  // LC, 48 kHz
  REQUIRE(run);
  const int64_t start = ts::ns_of_ticks(123'457);
  run->begin(start);
  for (int64_t i = 1; i < 20; ++i) {
    CHECK(run->continues_with(ts::ns_of_ticks(123'457 + i * 1920)));
    CHECK_FALSE(run->continues_with(ts::ns_of_ticks(123'457 + i * 1920 + 1)));
    CHECK_FALSE(run->continues_with(ts::ns_of_ticks(123'457 + i * 1920 - 1)));
    run->add();
  }
  CHECK(run->duration() == 20 * 1024 * 1'000'000'000LL / 48000);
  CHECK(run->duration(1) == 21 * 1024 * 1'000'000'000LL / 48000);
}

TEST_CASE("times of whole milliseconds go on while they are less than one away") {
  auto run = ts::SoundRun::of(aac("1210"));  // 44.1 kHz: 23.2 ms
  REQUIRE(run);
  run->begin(1000 * milliseconds);
  CHECK(run->continues_with(1023 * milliseconds));
  CHECK(run->continues_with(1024 * milliseconds));
  CHECK_FALSE(run->continues_with(1022 * milliseconds));
  CHECK_FALSE(run->continues_with(1025 * milliseconds));
  CHECK_FALSE(run->continues_with(1023 * milliseconds + 100'000));
  run->begin(1000 * milliseconds + 1);
  CHECK_FALSE(run->continues_with(1023 * milliseconds));
}

TEST_CASE("a run is of AAC that ADTS can say") {
  CHECK_FALSE(ts::SoundRun::of(sound_track(1, SLUICE_CODEC_MP3)));
  CHECK_FALSE(ts::SoundRun::of(sound_track(1, SLUICE_CODEC_OPUS)));
  CHECK_FALSE(ts::SoundRun::of(video_track(1)));
  CHECK_FALSE(ts::SoundRun::of(aac("1194")));  // frames of 960 samples
  CHECK_FALSE(ts::SoundRun::of(aac("")));
}
