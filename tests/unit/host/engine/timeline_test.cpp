#include "engine/timeline.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sluice::engine;

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::uint8_t video = 0;
constexpr std::uint8_t audio = 1;

std::int64_t out(Timeline& timeline, std::uint8_t track, std::int64_t in) {
  return timeline.repair(track, in, SLUICE_TIME_NONE, 0).dts;
}

}  // namespace

TEST_CASE("the first frame is at zero, whatever the source's clock says") {
  for (const std::int64_t begin : {0 * ms, 5'000 * ms, -3'000 * ms, 1'700'000'000'000 * ms}) {
    Timeline timeline;
    CHECK(out(timeline, video, begin) == 0);
    CHECK(out(timeline, audio, begin + 7 * ms) == 7 * ms);
    CHECK(out(timeline, video, begin + 40 * ms) == 40 * ms);
  }
}

TEST_CASE("a smooth clock passes through unchanged but for its offset, B-frames included") {
  Timeline timeline;
  // decode order I P B B: presentation 80 200 120 160
  const std::int64_t pts[] = {80 * ms, 200 * ms, 120 * ms, 160 * ms};
  for (int i = 0; i < 4; ++i) {
    const Repaired frame = timeline.repair(video, 1000 * ms + i * 40 * ms, 1000 * ms + pts[i], 0);
    CHECK(frame.dts == i * 40 * ms);
    CHECK(frame.pts == pts[i]);
    CHECK_FALSE(frame.discontinuity);
  }
  CHECK(timeline.corrections().jumps == 0);
  CHECK(timeline.corrections().held == 0);
}

TEST_CASE("a jump is absorbed on one offset for sound and picture") {
  const auto jump = GENERATE(-9'000 * ms, -400 * ms, 6'000 * ms, 100'000'000 * ms, -100'000'000 * ms);
  Timeline timeline;
  std::int64_t clock = 20'000 * ms;
  for (int i = 0; i < 50; ++i) {
    CHECK(out(timeline, video, clock) == i * 40 * ms);
    CHECK(out(timeline, audio, clock + 10 * ms) == i * 40 * ms + 10 * ms);
    clock += 40 * ms;
  }
  clock += jump;
  const Repaired first = timeline.repair(video, clock, SLUICE_TIME_NONE, 0);
  CHECK(first.discontinuity);
  CHECK(first.dts == 49 * 40 * ms + 10 * ms + 40 * ms);  // one step after the newest of either track
  const Repaired sound = timeline.repair(audio, clock + 10 * ms, SLUICE_TIME_NONE, 0);
  CHECK_FALSE(sound.discontinuity);
  CHECK(sound.dts == first.dts + 10 * ms);  // as far apart as the source had them
  CHECK(out(timeline, video, clock + 40 * ms) == first.dts + 40 * ms);
  CHECK(timeline.corrections().jumps == 1);
}

TEST_CASE("sound from before a jump that arrives after it stays on the old line") {
  Timeline timeline;
  for (int i = 0; i < 25; ++i) {
    out(timeline, video, 50'000 * ms + i * 40 * ms);
    out(timeline, audio, 50'000 * ms + i * 40 * ms);
  }
  const std::int64_t jumped = out(timeline, video, 1'000 * ms);
  CHECK(out(timeline, audio, 51'000 * ms) == 1'000 * ms);  // still the old clock
  CHECK(out(timeline, audio, 1'010 * ms) == jumped + 10 * ms);
  CHECK(timeline.corrections().jumps == 1);
}

TEST_CASE("a dts that falls a little is held and counted; within a track it never falls") {
  Timeline timeline;
  out(timeline, video, 0);
  CHECK(out(timeline, video, 40 * ms) == 40 * ms);
  CHECK(out(timeline, video, 30 * ms) == 40 * ms);
  CHECK(out(timeline, video, 80 * ms) == 80 * ms);
  CHECK(timeline.corrections().held == 1);
  CHECK(timeline.corrections().jumps == 0);
}

TEST_CASE("a track that pauses or begins late joins the line of the others") {
  Timeline timeline;
  for (int i = 0; i < 500; ++i) out(timeline, video, 7'000 * ms + i * 40 * ms);
  CHECK(out(timeline, audio, 7'000 * ms + 500 * 40 * ms) == 500 * 40 * ms);
  for (int i = 500; i < 1000; ++i) out(timeline, video, 7'000 * ms + i * 40 * ms);
  CHECK(out(timeline, audio, 7'000 * ms + 1000 * 40 * ms) == 1000 * 40 * ms);  // 20 s of silence: no jump
  CHECK(timeline.corrections().jumps == 0);
}

TEST_CASE("negative composition times lower dts, never touch pts") {
  Timeline timeline;
  const std::int64_t dts[] = {0, 40, 80, 120, 160};
  const std::int64_t pts[] = {0, 160, 40, 80, 120};  // composition 0, 120, -40, -40, -40
  std::int64_t last = -1;
  for (int i = 0; i < 5; ++i) {
    const Repaired frame = timeline.repair(video, dts[i] * ms, pts[i] * ms, 0);
    CHECK(frame.pts == pts[i] * ms);
    CHECK(frame.dts <= frame.pts);
    CHECK(frame.dts >= last);
    last = frame.dts;
  }
  CHECK(timeline.corrections().pts == 0);
}

TEST_CASE("presentation times without sense are replaced and counted") {
  Timeline timeline;
  const Repaired frame = timeline.repair(video, 0, 3'600'000 * ms, 0);
  CHECK(frame.pts == frame.dts);
  CHECK(timeline.corrections().pts == 1);
}

TEST_CASE("a returning publisher goes on where the one before stopped, marked") {
  Timeline timeline;
  for (int i = 0; i < 10; ++i) out(timeline, video, 90'000 * ms + i * 40 * ms);
  timeline.restart();
  const Repaired first = timeline.repair(video, 0, SLUICE_TIME_NONE, 40 * ms);
  CHECK(first.discontinuity);
  CHECK(first.dts == 400 * ms);
  CHECK_FALSE(timeline.repair(audio, 5 * ms, SLUICE_TIME_NONE, 0).discontinuity);
  CHECK(out(timeline, video, 40 * ms) == 440 * ms);
}

TEST_CASE("what returns is shown after what was shown, although the frames before were reordered") {
  Timeline timeline;
  const std::int64_t shown[] = {120, 280, 200, 160, 240};  // I P B b b, 40 ms each, three frames of delay
  std::int64_t last_shown = 0;
  for (int i = 0; i < 5; ++i)
    last_shown = std::max(last_shown, timeline.repair(video, i * 40 * ms, shown[i] * ms, 0).pts);
  timeline.restart();
  const Repaired key = timeline.repair(video, 7'000 * ms, 7'120 * ms, 0);
  CHECK(key.pts == last_shown + 40 * ms);
  CHECK(key.dts == key.pts - 120 * ms);
  CHECK(key.dts > 160 * ms);
}

TEST_CASE("any numbers at all give times that never fall within a track, pts not before dts") {
  Timeline timeline;
  std::uint64_t state = 12345;
  std::int64_t last[2] = {-1, -1};
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto track = static_cast<std::uint8_t>(state >> 60 & 1);
    const auto wild = static_cast<std::int64_t>(state);
    const std::int64_t dts = (state >> 33) % 7 == 0 ? wild : i * 20 * ms;
    const std::int64_t pts = (state >> 40) % 5 == 0 ? wild / 3 : dts;
    const Repaired frame = timeline.repair(track, dts, pts, wild % 1000);
    REQUIRE(frame.dts >= last[track]);
    REQUIRE(frame.pts >= frame.dts);
    REQUIRE(frame.dts < std::int64_t{1} << 60);
    last[track] = frame.dts;
  }
}
