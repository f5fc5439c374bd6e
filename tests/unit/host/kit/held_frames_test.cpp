#include "kit/held_frames.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("only what was lent is counted, in both directions") {
  HeldFrames held;
  sluice_frame ours{}, other{};
  CHECK_FALSE(held.retain(&ours));
  held.lend(ours);
  held.lend(ours);
  CHECK(held.retain(&ours));
  CHECK(held.retain(&ours));
  CHECK(held.release(&ours));
  CHECK_FALSE(held.release(&other));
  CHECK(held.counts() == std::map<const sluice_frame*, int>{{&ours, 1}});
  held.lend(ours);
  CHECK(held.counts().at(&ours) == 1);
  held.release(&ours);
  held.release(&ours);
  CHECK(held.counts().at(&ours) == -1);
}
