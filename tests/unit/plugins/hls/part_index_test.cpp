#include "part_index.hpp"

#include <catch2/catch.hpp>

#include "feed.hpp"

using namespace sluice::hls;

TEST_CASE("a segment joined in its middle is not listed") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segment = 41;
  feed.part = 3;
  feed.parts(index, 7);
  CHECK(index.segments().empty());
  CHECK(index.counts().incomplete == 7);
  feed.begin_segment();
  feed.segments(index, 1);
  CHECK_FALSE(index.ready());
  feed.begin_segment();
  feed.parts(index, 1);
  REQUIRE(index.ready());
  CHECK(index.segments().front().number == 42);
  CHECK(index.find_segment(41) == nullptr);
}

TEST_CASE("two nodes that began at different moments name and number alike") {
  PartIndex early{WindowLimits{}}, late{WindowLimits{}};
  Feed feed;
  for (int i = 0; i < 60; ++i) {
    if (feed.part == 10) i % 20 == 0 ? feed.begin_discontinuity() : feed.begin_segment();
    Chunk chunk = feed.next();
    if (i > 33) late.add(chunk);
    early.add(std::move(chunk));
  }
  REQUIRE(late.segments().front().number == 4);
  for (const Segment& segment : late.segments()) {
    const Segment& other = *early.find_segment(segment.number);
    CHECK(other.discontinuity == segment.discontinuity);
    CHECK(other.begin == segment.begin);
    CHECK(other.duration == segment.duration);
    CHECK(other.parts.size() == segment.parts.size());
    CHECK(other.parts.back().number == segment.parts.back().number);
  }
  CHECK(early.next_part()->part == late.next_part()->part);
}

TEST_CASE("segments and parts are found by name, whole ones only") {
  const PartIndex index = index_of(3);
  CHECK(index.find_segment(2)->duration == 2 * test_second);
  CHECK(index.find_segment(3) == index.open());
  CHECK(index.find_segment(4) == nullptr);
  CHECK(index.find_part(3, 0)->chunks.size() == 1);
  CHECK(index.find_part(3, 1) == nullptr);
  CHECK(index.find_part(2, 9)->independent == false);
  CHECK(index.find_part(2, 10) == nullptr);
  CHECK(index.next_part()->segment == 3);
  CHECK(index.next_part()->part == 1);
}

TEST_CASE("what a playlist has, by media sequence number and part index") {
  const PartIndex index = index_of(3);  // 0..2 whole, 3 open with part 0
  struct Case {
    std::uint64_t msn;
    std::optional<std::uint32_t> part;
    bool has;
  };
  for (const Case& c : {Case{2, {}, true}, Case{3, {}, false}, Case{0, {}, true}, Case{2, 9, true},
                        Case{2, 10, true},  // beyond the last part: part 0 of the next
                        Case{3, 0, true}, Case{3, 1, false}, Case{4, 0, false}, Case{UINT64_MAX, 0, false}}) {
    CAPTURE(c.msn, c.part.value_or(999));
    CHECK(index.has(c.msn, c.part) == c.has);
  }
}

TEST_CASE("the target duration is settled by the first whole segment and only rises") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segments(index, 1, 17);  // 3.4 s
  CHECK(index.target_duration() == 0);
  feed.begin_segment();
  feed.segments(index, 3, 5);
  CHECK(index.target_duration() == 3);
  CHECK(index.counts().target_raised == 0);
  feed.segments(index, 1, 18);  // 3.6 s
  feed.begin_segment();
  feed.parts(index, 1);
  CHECK(index.target_duration() == 4);
  CHECK(index.counts().target_raised == 1);
  CHECK(index.part_target() == test_part);
}

TEST_CASE("a target that was said beforehand does not change when longer segments come") {
  PartIndex index{WindowLimits{}};
  index.expect_at_most(4);
  Feed feed;
  feed.segments(index, 2);
  feed.segments(index, 1, 20);
  feed.segments(index, 1);
  feed.begin_segment();
  feed.parts(index, 1);
  CHECK(index.target_duration() == 4);
  CHECK(index.counts().target_raised == 0);
}

TEST_CASE("the part target is what parts really are, rounded up to a millisecond") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.part_length = 166'666'667;
  feed.segments(index, 2, 12);
  CHECK(index.part_target() == 167'000'000);
}

TEST_CASE("a list is bounded by number and time, never below three target durations") {
  WindowLimits limits;
  limits.segments = 5;
  CHECK(index_of(30, limits).segments()[index_of(30, limits).first_listed()].number == 25);
  limits.segments = 1;
  const PartIndex short_list = index_of(30, limits);
  CHECK(short_list.closed_count() - short_list.first_listed() == 3);
  limits.segments = 100;
  limits.time = std::chrono::seconds(9);
  const PartIndex by_time = index_of(30, limits);
  CHECK(by_time.closed_count() - by_time.first_listed() == 4);
}

TEST_CASE("what left the list is served for its own duration and the list's once more") {
  WindowLimits limits;
  limits.segments = 5;
  const PartIndex index = index_of(30, limits);
  const std::uint64_t first = index.segments()[index.first_listed()].number;
  CHECK(index.find_segment(first - 5) != nullptr);
  CHECK(index.segments().size() < 15);
}

TEST_CASE("the byte bound evicts the oldest, and gives up an open segment that is too large alone") {
  WindowLimits limits;
  limits.bytes = 45'000;  // four segments of 10 parts, and a half
  Feed feed;
  PartIndex index(limits);
  feed.segments(index, 20);
  CHECK(index.bytes() <= limits.bytes);
  CHECK(index.counts().over_bytes > 0);
  CHECK(index.segments().size() == 4);
  CHECK(index.segments().back().number == 19);

  std::weak_ptr<const void> held;
  feed.part_bytes = 30'000;
  feed.begin_segment();
  Chunk first = feed.next();
  held = first.held;
  index.add(std::move(first));
  feed.parts(index, 3);
  CHECK(index.open()->lost);
  CHECK(held.expired());
  CHECK(index.bytes() == 0);
  feed.part_bytes = 1000;
  feed.segments(index, 2);
  CHECK(index.find_segment(20) == nullptr);
  CHECK(index.find_segment(21) != nullptr);
}

TEST_CASE("lost segments stand in the list, numbered, as long as the hole") {
  PartIndex index = index_of(3);
  Feed feed;
  feed.segment = 6;
  feed.dts = 12 * test_second;
  feed.parts(index, 1);  // 3 had one part only; 4 and 5 were never seen
  REQUIRE(index.segments().size() == 7);
  CHECK_FALSE(index.segments()[3].lost);  // it is what we have of it
  CHECK(index.segments()[4].lost);
  CHECK(index.segments()[5].lost);
  CHECK(index.segments()[5].number == 5);
  CHECK(index.segments()[4].duration <= 2 * test_second);
  CHECK(index.segments()[6].starts_period);
  CHECK(index.find_segment(5) == nullptr);
}

TEST_CASE("a segment with a hole is lost from the hole on; the next one is whole again") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segments(index, 2);
  feed.begin_segment();
  feed.parts(index, 3);
  feed.next();
  feed.next();
  feed.parts(index, 5);
  CHECK(index.open()->lost);
  CHECK(index.next_part()->segment == 3);
  feed.segments(index, 1);
  CHECK(index.segments()[2].lost);
  CHECK(index.segments()[2].duration == 2 * test_second);
  CHECK(index.find_part(2, 1) == nullptr);
  CHECK_FALSE(index.open()->lost);
  CHECK(index.counts().lost_segments == 1);
}

TEST_CASE("a part without media is no hole: parts stay in order of their marks") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.parts(index, 2);
  feed.part = 3;  // mark 2 held no sound
  feed.parts(index, 2);
  CHECK_FALSE(index.open()->lost);
  CHECK(index.find_part(0, 2) == nullptr);
  CHECK(index.find_part(0, 4) != nullptr);
  CHECK(index.newest()->part == 3);  // an index
}

TEST_CASE("marks that jump beyond the window begin a window anew") {
  PartIndex index = index_of(3);
  Feed feed;
  feed.segment = 1000;
  feed.dts = 2000 * test_second;
  feed.segments(index, 2);
  CHECK(index.counts().restarts == 1);
  CHECK(index.segments().front().number == 1000);
  CHECK(index.segments().front().period == 1000);
}

TEST_CASE("older marks than the newest are refused") {
  PartIndex index = index_of(3);
  const auto revision = index.revision();
  Feed feed;
  index.add(feed.next());  // segment 0
  feed.segment = 3;
  index.add(feed.next());  // part 1 is fine
  feed.part = 0;
  index.add(feed.next());
  feed.segment = 4;
  feed.discontinuity = 9;  // more discontinuities than segments: another timeline
  CHECK(index.counts().out_of_order == 2);
  CHECK(index.revision() == revision + 1);
}

TEST_CASE("a publisher that returns begins a segment with a discontinuity") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segments(index, 2, 7);
  feed.begin_discontinuity();
  feed.dts += 3 * test_second;
  feed.init = 1;
  feed.segments(index, 2);
  CHECK(index.segments()[2].starts_discontinuity);
  CHECK(index.segments()[2].discontinuity == 1);
  CHECK_FALSE(index.segments()[3].starts_discontinuity);
  CHECK(index.segments()[1].duration == 7 * test_part);  // not stretched over the pause
  CHECK(index.segments()[3].period == 0);
  CHECK(index.segments()[3].period_begin == index.segments()[2].begin);
}

TEST_CASE("the last discontinuities of a hole stand at its last segments") {
  PartIndex index = index_of(2);
  Feed feed;
  feed.segment = 5;
  feed.discontinuity = 2;
  feed.dts = 10 * test_second;
  feed.parts(index, 1);
  REQUIRE(index.segments().size() == 6);
  CHECK(index.segments()[3].discontinuity == 0);
  CHECK(index.segments()[4].discontinuity == 1);
  CHECK(index.segments()[4].starts_discontinuity);
  CHECK(index.segments()[5].starts_discontinuity);
}

TEST_CASE("initialisation sections stay as long as a segment needs them") {
  PartIndex index{WindowLimits{}};
  index.add_init(0, std::make_shared<int>(0));
  Feed feed;
  feed.segments(index, 2);
  index.add_init(1, std::make_shared<int>(1));
  CHECK(index.find_init(0) != nullptr);
  feed.init = 1;
  feed.segments(index, 100);
  CHECK(index.find_init(0) == nullptr);
  CHECK(index.find_init(1) != nullptr);
  for (std::uint64_t n = 2; n < 1000; ++n) index.add_init(n, std::make_shared<int>(1));
  CHECK(index.find_init(998) == nullptr);
}

TEST_CASE("transport stream: tracks interleave, a segment ends where the next begins") {
  WindowLimits limits;
  limits.whole_parts = false;
  PartIndex index(limits);
  for (int i = 0; i < 30; ++i) {
    Chunk chunk;
    chunk.segment = static_cast<std::uint64_t>(i) / 10;
    chunk.part = static_cast<std::uint32_t>(i) % 10 / 2;
    chunk.dts = i * test_part - (i % 2) * 30'000'000;  // sound is a little earlier
    chunk.duration = test_part;
    chunk.bytes = 188;
    index.add(chunk);
  }
  REQUIRE(index.ready());
  CHECK(index.find_segment(0)->duration == 2 * test_second);
  CHECK(index.find_segment(1)->duration == 2 * test_second);
  CHECK(index.find_part(2, 3) != nullptr);
  CHECK(index.find_part(2, 4) == nullptr);  // still growing
  CHECK_FALSE(index.newest()->part.has_value());
}

TEST_CASE("transport stream: sound that lies before its picture makes nothing shorter than nothing") {
  WindowLimits limits;
  limits.whole_parts = false;
  PartIndex index(limits);
  Chunk chunk;
  chunk.dts = test_second;
  index.add(chunk);
  chunk.dts = test_second - 30'000'000;
  chunk.part = 1;
  index.add(chunk);
  REQUIRE(index.open() != nullptr);
  CHECK(index.open()->duration == 0);
  for (const Part& part : index.open()->parts) CHECK(part.duration() == 0);
}

TEST_CASE("the peak bit rate is measured over 0.5 to 1.5 target durations") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segments(index, 2);  // 40 kbit/s
  feed.part_bytes = 10'000;
  feed.segments(index, 1, 3);  // 0.6 s at 400 kbit/s: alone too short
  feed.part_bytes = 1000;
  feed.segments(index, 3);
  CHECK(index.average_bitrate() == Approx(62'500).epsilon(0.2));
  CHECK(index.peak_bitrate() > 100'000);
  CHECK(index.peak_bitrate() < 200'000);
}

TEST_CASE("at the end the open segment is finished and nothing more comes") {
  PartIndex index = index_of(3);
  index.end();
  CHECK(index.ended());
  CHECK(index.closed_count() == 4);
  CHECK_FALSE(index.next_part().has_value());
  CHECK(index.has(1000, 3));
  Feed feed;
  feed.segment = 9;
  index.add(feed.next());
  CHECK(index.closed_count() == 4);
}
