#include "kit/watched_tables.hpp"

#include <catch2/catch.hpp>

#include "abi/handles.hpp"
#include "engine/lane.hpp"
#include "kit/misuse.hpp"
#include "kit/room.hpp"
#include "kit/rules.hpp"
#include "modules/control_call.hpp"
#include "modules/lane_threads.hpp"

using namespace sluice;
using namespace sluice::kit;
using namespace std::chrono_literals;

namespace {

// Two lanes with their threads.
struct Rig {
  ScratchFolder folder{"watched"};
  Room room{folder.path()};
  Seat seat;
  modules::LaneThreads threads;

  Rig() {
    misuses().clear();
    seat.id = "rig";
    seat.host = room.host_services();
    for (unsigned index = 0; index < 2; ++index) seat.lanes.push_back(room.engine->lane_open(seat, index));
    seat.book = std::make_shared<abi::HandleBook>(seat);
    seat.book->know_lanes(seat.lanes);
    threads.start(seat.id, seat.lanes, [](engine::Lane& lane, unsigned) { lane.run(); });
  }
  ~Rig() {
    for (auto* lane : seat.lanes) room.engine->lane_end(lane);
    REQUIRE(threads.join(5s));
    seat.book->know_lanes({});
    for (auto* lane : seat.lanes) room.engine->lane_close(lane);
  }

  // A call without a function, which is refused for that where it is not refused for its thread.
  static void start_nothing(engine::Lane* lane, sluice_status expected) {
    sluice_timer* timer = nullptr;
    CHECK(watched_engine().timer_start(abi::handle(lane), 0, nullptr, nullptr, &timer) == expected);
  }
  void on_lane(std::size_t index, std::function<void()> work) {
    REQUIRE(modules::call_on(*seat.lanes[index], 10s, std::move(work)) == modules::Called::done);
  }
};

}  // namespace

TEST_CASE("a method called on its own lane is nobody's business") {
  Rig rig;
  rig.on_lane(0, [&] { Rig::start_nothing(rig.seat.lanes[0], SLUICE_STATUS_ARGUMENT); });
  rig.on_lane(1, [&] { Rig::start_nothing(rig.seat.lanes[1], SLUICE_STATUS_ARGUMENT); });
  CHECK(misuses().all().empty());
}

TEST_CASE("a method called elsewhere is named, with both places") {
  Rig rig;
  rig.on_lane(0, [&] { Rig::start_nothing(rig.seat.lanes[1], SLUICE_STATUS_STATE); });
  Rig::start_nothing(rig.seat.lanes[0], SLUICE_STATUS_STATE);
  const auto seen = misuses().all();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].rule == rule_threads);
  CHECK(seen[0].finding == "sluice.engine/1 timer_start was called on lane 0, it belongs to lane 1");
  CHECK(seen[1].finding ==
        "sluice.engine/1 timer_start was called on a thread that is no lane's, it belongs to lane 0");
}

TEST_CASE("the handle of what has ended is named") {
  Rig rig;
  rig.on_lane(0, [&] {
    sluice_timer* timer = nullptr;
    REQUIRE(watched_engine().timer_start(
                abi::handle(rig.seat.lanes[0]), INT64_MAX - 1, [](void*) {}, nullptr, &timer) ==
            SLUICE_STATUS_OK);
    watched_engine().timer_cancel(timer);
    CHECK(misuses().all().empty());
    watched_engine().timer_cancel(timer);
  });
  const auto seen = misuses().all();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].rule == "R12");
  CHECK(seen[0].finding == "sluice.engine/1 timer_cancel was given a handle that has ended or never was");
}

TEST_CASE("the table is whole") {
  CHECK(watched_engine().struct_size == sizeof(sluice_engine));
  CHECK(watched_engine().frame_release != nullptr);
}
