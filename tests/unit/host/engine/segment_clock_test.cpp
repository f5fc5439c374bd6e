#include "engine/segment_clock.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sluice::engine;

namespace {

constexpr std::int64_t ms = 1'000'000;

SegmentClock::Beat video(std::int64_t at, bool key) {
  SegmentClock::Beat beat;
  beat.video = true;
  beat.key = key;
  beat.dts = at;
  return beat;
}

SegmentClock::Beat sound(std::int64_t at) {
  SegmentClock::Beat beat;
  beat.sound = true;
  beat.key = true;
  beat.track_slot = 1;
  beat.dts = at;
  return beat;
}

}  // namespace

TEST_CASE("segments begin at key frames once the target has passed") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  std::vector<std::int64_t> starts;
  std::uint64_t last = 99;
  for (int i = 0; i < 500; ++i) {  // 25 fps, a key each second
    const CutMark mark = clock.stamp(video(i * 40 * ms, i % 25 == 0));
    if (mark.segment != last) starts.push_back(i);
    last = mark.segment;
  }
  CHECK(starts == std::vector<std::int64_t>{0, 50, 100, 150, 200, 250, 300, 350, 400, 450});
}

TEST_CASE("another coding is a discontinuity: of the leading track at once, of another at the next key") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  const auto stamp = [&](SegmentClock::Beat beat, std::uint32_t coding) {
    beat.coding = coding;
    return clock.stamp(beat);
  };
  stamp(video(0, true), 1);
  stamp(sound(10 * ms), 1);
  CHECK(stamp(video(40 * ms, false), 1).discontinuity == 0);
  const CutMark picture = stamp(video(400 * ms, true), 2);
  CHECK(picture.segment == 1);
  CHECK(picture.part == 0);
  CHECK(picture.discontinuity == 1);
  CHECK(stamp(sound(410 * ms), 1).discontinuity == 1);
  CHECK(stamp(sound(450 * ms), 2).discontinuity == 1);
  CHECK(stamp(video(480 * ms, false), 2).segment == 1);
  const CutMark key = stamp(video(800 * ms, true), 2);
  CHECK(key.segment == 2);
  CHECK(key.discontinuity == 2);
  CHECK(stamp(video(1'200 * ms, true), 2).segment == 2);
}

TEST_CASE("another coding with a discontinuity is one of them") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  SegmentClock::Beat beat = video(0, true);
  beat.coding = 1;
  clock.stamp(beat);
  beat.coding = 2;
  beat.discontinuity = true;
  CHECK(clock.stamp(beat).discontinuity == 1);
  beat.discontinuity = false;
  beat.dts = 400 * ms;
  CHECK(clock.stamp(beat).discontinuity == 1);
}

TEST_CASE("a long GOP makes a long segment, and ten targets without a key an end all the same") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  CHECK(clock.stamp(video(0, true)).segment == 0);
  CHECK(clock.stamp(video(19'000 * ms, false)).segment == 0);
  CHECK(clock.stamp(video(20'000 * ms, false)).segment == 1);
  CHECK(clock.stamp(video(23'000 * ms, true)).segment == 2);
}

TEST_CASE("a GOP longer than what the first segment settled is cut, and a regular one never") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  std::vector<std::int64_t> lengths;
  std::int64_t began = 0;
  std::uint64_t last = 0;
  CHECK(clock.bound() == 0);
  for (int i = 0; i < 1000; ++i) {  // 25 fps: keys each 2.28 s, then none from 11.4 s to 31.4 s, then again
    const bool key = i <= 285 ? i % 57 == 0 : i >= 785 && (i - 785) % 57 == 0;
    const CutMark mark = clock.stamp(video(i * 40 * ms, key));
    if (mark.segment == last) continue;
    lengths.push_back((i * 40 - began) * ms);
    began = i * 40;
    last = mark.segment;
    CHECK(clock.bound() == 3'000 * ms);
  }
  CHECK(std::vector(lengths.begin(), lengths.begin() + 5) == std::vector(5, 2'280 * ms));
  CHECK(std::vector(lengths.begin() + 5, lengths.begin() + 11) == std::vector(6, 3'280 * ms));
  CHECK(lengths[11] == 320 * ms);  // up to the key at 31.4 s
  for (const std::int64_t length : lengths) CHECK((length + 500 * ms) / (1000 * ms) <= 3);
  CHECK(lengths.back() == 2'280 * ms);
}

TEST_CASE("the bound is the target rounded up, or what the first segment needs") {
  for (const auto& [first, bound] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {2'000, 2'000}, {2'240, 2'000}, {2'280, 3'000}, {8'320, 9'000}, {10'000, 10'000}}) {
    SegmentClock clock(2'000 * ms, 200 * ms);
    clock.stamp(video(0, true));
    clock.stamp(video(first * ms, true));
    CAPTURE(first);
    CHECK(clock.bound() == bound * ms);
  }
}

TEST_CASE("parts are never longer than their target, and begin at key frames") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  std::vector<std::uint32_t> parts;
  for (int i = 0; i < 30; ++i) parts.push_back(clock.stamp(video(i * 40 * ms, i % 12 == 0)).part);
  // five frames of 40 ms fill a part; the key at 12 begins one early
  CHECK(parts == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3,
                                            3, 3, 4, 4, 4, 4, 4, 5, 5, 6, 6, 6, 6, 6, 7});
}

TEST_CASE("sound between takes the marks of its neighbours; alone it cuts by time") {
  SegmentClock with_video(2'000 * ms, 200 * ms);
  with_video.stamp(video(0, true));
  CHECK(with_video.stamp(sound(2'500 * ms)).segment == 0);  // sound does not lead
  CHECK(with_video.stamp(video(2'520 * ms, true)).segment == 1);

  SegmentClock alone(2'000 * ms, 200 * ms);
  std::uint64_t segments = 0;
  for (int i = 0; i < 500; ++i) segments = alone.stamp(sound(i * 20 * ms)).segment;
  CHECK(segments == 5);  // 10 s; a cut may come 50 ms early: 1.96 s each
}

TEST_CASE("video that comes late takes the lead") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  clock.stamp(sound(0));
  clock.stamp(video(100 * ms, true));
  CHECK(clock.stamp(sound(2'600 * ms)).segment == 0);
  CHECK(clock.stamp(video(2'700 * ms, true)).segment == 1);
}

TEST_CASE("sound takes the lead from what is neither sound nor picture") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  SegmentClock::Beat other;
  other.track_slot = 5;
  clock.stamp(other);
  std::uint64_t segment = 0;
  for (int i = 0; i < 250; ++i) segment = clock.stamp(sound(i * 20 * ms)).segment;
  CHECK(segment == 2);
}

TEST_CASE("a discontinuity begins a segment at once") {
  SegmentClock clock(2'000 * ms, 200 * ms);
  clock.stamp(video(0, true));
  SegmentClock::Beat broken = video(300 * ms, false);
  broken.discontinuity = true;
  const CutMark mark = clock.stamp(broken);
  CHECK(mark.segment == 1);
  CHECK(mark.part == 0);
  CHECK(mark.discontinuity == 1);
  CHECK(clock.stamp(video(340 * ms, false)).discontinuity == 1);
}
