#include "modules/lane_threads.hpp"

#include "lane_rig.hpp"

using namespace sluice::modules::rig;
using namespace std::chrono_literals;

namespace {

void burn(void* context) {
  const auto until = std::chrono::steady_clock::now() + 30ms;
  while (std::chrono::steady_clock::now() < until) {
  }
  *static_cast<std::atomic<bool>*>(context) = true;
}

}  // namespace

TEST_CASE("CPU time is each thread's own, and is kept after its end") {
  LaneRig rig(2);
  std::atomic<bool> burnt = false;
  REQUIRE(rig.seat.lanes[1]->post(burn, &burnt) == sluice::engine::Errc::ok);
  REQUIRE(eventually([&] { return burnt.load(); }));
  auto used = rig.threads.cpu_time();
  REQUIRE(used.size() == 2);
  CHECK(used[1] > 2ms);  // of a machine that may be busy with other things
  CHECK(used[0] < used[1]);
  rig.end();
  const auto kept = rig.threads.cpu_time();
  CHECK(kept[1] >= used[1]);
  CHECK(rig.threads.cpu_time() == kept);
}

TEST_CASE("a blocked thread says where it is, one that ended does not") {
  LaneRig rig(2);
  rig.block(1);
  rig.threads.ask_where(1);
  std::string where;
  REQUIRE(eventually([&] {
    where = rig.threads.where(1).value_or("");
    return !where.empty();
  }));
  CHECK_THAT(where, Catch::Contains("unit_host_modules+0x"));
  CHECK_FALSE(rig.threads.where(0).has_value());
  rig.end();
  rig.threads.ask_where(1);
  CHECK_FALSE(rig.threads.where(1).has_value());
}
