#include "kit/frame_watch.hpp"

#include <catch2/catch.hpp>

#include "kit/misuse.hpp"
#include "kit/rules.hpp"

using namespace sluice::kit;

namespace {

sluice_frame_facts at(std::int64_t ms, std::uint32_t track = 1, std::uint32_t flags = 0) {
  sluice_frame_facts facts{};
  facts.struct_size = sizeof facts;
  facts.track = track;
  facts.flags = flags;
  facts.dts = ms * 1'000'000;
  return facts;
}

}  // namespace

TEST_CASE("time may stand still and go on, by track and by epoch") {
  Misuses seen;
  FrameWatch watch(seen);
  for (const auto ms : {0, 40, 40, 80}) watch.look("a/b", 1, at(ms));
  watch.look("a/b", 1, at(10, 2));  // another track
  watch.look("a/c", 1, at(10));     // another stream
  watch.look("a/b", 2, at(0));      // another publication
  watch.look("a/b", 2, at(-500));
  CHECK(seen.all().size() == 1);
}

TEST_CASE("time that runs back is told with both times, unless the frame says that it broke") {
  Misuses seen;
  FrameWatch watch(seen);
  watch.look("a/b", 1, at(100));
  watch.look("a/b", 1, at(60));
  REQUIRE(seen.all().size() == 1);
  CHECK(seen.all()[0].rule == rule_media);
  CHECK(seen.all()[0].finding == "frame_publish for a/b, track 1: dts 60 ms after 100 ms");
  watch.look("a/b", 1, at(20, 1, SLUICE_FRAME_DISCONTINUITY));
  watch.look("a/b", 1, at(30));
  CHECK(seen.all().size() == 1);
}
