// The heartbeat: stalls are counted, told once with where the thread is, and make a module unwell; sleep is
// none.
#include "modules/lane_watch.hpp"

#include "abi/engine_abi.hpp"
#include "abi/handles.hpp"
#include "lane_rig.hpp"

using namespace sluice::modules;
using namespace sluice::modules::rig;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t ms = 1'000'000;

// The watch's own time is in these tests' hands; the lanes run on the machine's.
struct Watched {
  explicit Watched(unsigned lanes) : rig(lanes), watch(rig.seat.lanes) {
    for (const auto* lane : rig.seat.lanes)
      REQUIRE(eventually([&] { return lane->pulse().busy_since == sluice::engine::asleep; }));
  }
  std::vector<LaneWatch::Stall> look(std::int64_t later) {
    return watch.look(rig.clock.monotonic() + later, rig.threads);
  }
  std::uint64_t late(unsigned lane) const { return rig.seat.lanes[lane]->figures().late; }

  LaneRig rig;
  LaneWatch watch;
};

}  // namespace

TEST_CASE("a lane that sleeps is never late, however long, and is not woken by looking at it") {
  Watched watched(1);
  auto& lane = *watched.rig.seat.lanes[0];
  const auto wakeups = lane.figures().wakeups;
  for (int hour = 0; hour < 100; ++hour) CHECK(watched.look(hour * 3'600'000 * ms).empty());
  CHECK(watched.late(0) == 0);
  CHECK(lane.figures().wakeups == wakeups);
  CHECK_FALSE(watched.watch.report(watched.rig.clock.monotonic() + 1'000'000 * ms).degraded);
}

TEST_CASE("the three thresholds, on one lane of two") {
  Watched watched(2);
  watched.rig.block(1);
  CHECK(watched.look(100 * ms).empty());
  CHECK(watched.late(1) == 0);
  CHECK(watched.watch.report(watched.rig.clock.monotonic() + 100 * ms).away[1] == 0);

  CHECK(watched.look(250 * ms).empty());
  CHECK(watched.late(1) == 1);
  CHECK(watched.watch.report(watched.rig.clock.monotonic() + 250 * ms).away[1] >= 250 * ms);

  std::vector<LaneWatch::Stall> told;
  REQUIRE(eventually([&] {
    told = watched.look(2'100 * ms);
    return !told.empty();
  }));
  REQUIRE(told.size() == 1);
  CHECK(told[0].lane == 1);
  CHECK(told[0].away >= 2'100 * ms);
  CHECK_THAT(told[0].where, Catch::Contains("unit_host_modules+0x"));
  for (int i = 0; i < 10; ++i) CHECK(watched.look((3'000 + i * 1'000) * ms).empty());  // once
  CHECK(watched.late(1) == 1);

  CHECK_FALSE(watched.watch.report(watched.rig.clock.monotonic() + 9'000 * ms).degraded);
  const auto report = watched.watch.report(watched.rig.clock.monotonic() + 12'000 * ms);
  CHECK(report.degraded);
  CHECK(report.reason == "SL-RUN-002: lane 1 has been stuck for 12 s");

  watched.rig.barrier.open();
  REQUIRE(eventually(
      [&] { return !watched.watch.report(watched.rig.clock.monotonic() + 12'000 * ms).degraded; }));
  CHECK(watched.late(1) == 1);  // the lane knows that it was counted
  CHECK(watched.late(0) == 0);
}

TEST_CASE("a loop of the module's own that blocks while the lane is said to sleep") {
  Barrier barrier;
  LaneRig rig(1, [&](sluice::engine::Lane& lane, unsigned) {
    const sluice_engine& table = *sluice::abi::engine_table();
    auto* const handle = sluice::abi::handle(&lane);
    std::int64_t wake_at = 0;
    while (table.lane_drain(handle) != SLUICE_STATUS_GONE) {
      if (table.lane_sleep(handle, &wake_at) != SLUICE_STATUS_OK) continue;
      barrier.pass();
      table.lane_awake(handle);
    }
  });
  LaneWatch watch(rig.seat.lanes);
  REQUIRE(eventually([&] { return barrier.waiting == 1; }));
  auto& lane = *rig.seat.lanes[0];
  REQUIRE(lane.pulse().busy_since == sluice::engine::asleep);
  const auto now = rig.clock.monotonic();
  CHECK(watch.look(now + 60'000 * ms, rig.threads).empty());  // as good as asleep
  Negotiated module;
  watch.ask(now, module);  // kicks it
  REQUIRE(lane.pulse().kicked);
  CHECK(watch.look(now + 61'000 * ms, rig.threads).empty());  // seen kicked from here on
  CHECK(lane.figures().late == 0);
  CHECK(watch.look(now + 61'300 * ms, rig.threads).empty());
  CHECK(lane.figures().late == 1);
  REQUIRE(eventually([&] { return !watch.look(now + 63'100 * ms, rig.threads).empty(); }));
  CHECK(watch.report(now + 72'000 * ms).degraded);
  barrier.open();
  rig.end();
}

TEST_CASE("asking wakes only whom it must: the lane that has health to tell, and loops that may pretend") {
  Watched watched(2);
  auto& first = *watched.rig.seat.lanes[0];
  Negotiated module;
  const auto before = first.figures().wakeups;
  watched.watch.ask(0, module);
  CHECK(first.figures().inbox_highest == 0);
  module.life.health = [](void*, sluice_health* out) -> sluice_status {
    out->degraded = 1;
    out->reason[0] = 'x';
    return SLUICE_STATUS_OK;
  };
  watched.watch.ask(0, module);
  REQUIRE(eventually([&] { return watched.watch.report(watched.rig.clock.monotonic()).degraded; }));
  CHECK(watched.watch.report(watched.rig.clock.monotonic()).reason == "x");
  CHECK(first.figures().wakeups == before + 1);
  CHECK(watched.rig.seat.lanes[1]->figures().inbox_highest == 0);
}
