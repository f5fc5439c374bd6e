#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

TEST_CASE("frames go from a publisher to its viewers, in order, from the newest key frame") {
  Rig rig({}, 2);
  Publisher publisher(rig, "live/cam");
  CHECK(publisher.done == 0);  // never inside publish_begin
  rig.drain();
  REQUIRE(publisher.status == SLUICE_STATUS_OK);

  for (int i = 0; i < 25; ++i) {
    REQUIRE(publisher.picture({i * 40 * ms, i % 10 == 0}) == SLUICE_STATUS_OK);
  }
  Viewer near(rig, "live/cam");
  Viewer far(rig, "live/cam", {SLUICE_START_CACHE, 0, 0, 1});
  Viewer live(rig, "live/cam", {SLUICE_START_LIVE, 0, 0, 1});
  rig.drain();
  CHECK(near.numbers() == numbers(21, 25));  // frame 21 is the key of i == 20
  CHECK(far.numbers() == numbers(1, 25));
  CHECK(live.seen.empty());

  for (int i = 25; i < 35; ++i) publisher.picture({i * 40 * ms, i % 10 == 0});
  rig.drain();
  CHECK(near.numbers() == numbers(21, 35));
  CHECK(far.numbers() == numbers(1, 35));
  CHECK(live.numbers() == numbers(31, 35));  // from its first key frame
  CHECK(near.seen.front().key());
  CHECK(near.seen.front().dts == 20 * 40 * ms);

  publisher.end();
  rig.drain();
  CHECK(near.closed == 1);
  CHECK(near.why == SLUICE_STATUS_GONE);
  CHECK(far.closed == 1);
  near.close();
  far.close();
  live.close();
  CHECK(rig.seat.ledger.empty());
}
