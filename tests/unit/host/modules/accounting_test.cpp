#include "modules/accounting.hpp"

#include <nlohmann/json.hpp>

#include "lane_rig.hpp"
#include "observe/metrics.hpp"

using namespace sluice::modules;
using namespace sluice::modules::rig;

namespace {

LaneAccount lane_with(std::uint64_t number) {
  LaneAccount lane;
  lane.cpu = std::chrono::milliseconds(number);
  lane.away = std::chrono::milliseconds(10 * number);
  lane.figures = {.wakeups = number,
                  .late = number,
                  .window_frames = number,
                  .window_bytes = 100 * number,
                  .retained_frames = 0,
                  .retained_bytes = 0,
                  .lost_drafts = number,
                  .skipped = number,
                  .dropped = number,
                  .inbox_depth = number,
                  .inbox_highest = number,
                  .inbox_refused = number};
  return lane;
}

}  // namespace

TEST_CASE("a module's account is the sum of its lanes, but for what is a maximum") {
  Account account;
  account.lanes = {lane_with(1), lane_with(20), lane_with(300)};
  // Retained here, released there.
  account.lanes[0].figures.retained_frames = 5;
  account.lanes[0].figures.retained_bytes = 5'000;
  account.lanes[1].figures.retained_frames = 0 - std::uint64_t{3};
  account.lanes[1].figures.retained_bytes = 0 - std::uint64_t{3'000};
  account.connections = 9;
  account.stream_bytes = 777;
  account.open_drafts = 1000;
  const auto json = to_json(account);
  CHECK(json["cpu_ms"] == 321);
  CHECK(json["wakeups"] == 321);
  CHECK(json["late"] == 321);
  CHECK(json["away_ms"] == 3000);
  CHECK(json["inbox"] == 321);
  CHECK(json["inbox_highest"] == 300);
  CHECK(json["inbox_refused"] == 321);
  CHECK(json["frames_held"] == 321);
  CHECK(json["bytes_held"] == 32'100);
  CHECK(json["frames_retained"] == 2);
  CHECK(json["bytes_retained"] == 2'000);
  CHECK(json["drafts_held"] == 1321);
  CHECK(json["skipped_frames"] == 321);
  CHECK(json["dropped_frames"] == 321);
  CHECK(json["stream_bytes"] == 777);
  CHECK(json["connections"] == 9);
  REQUIRE(json["lanes"].size() == 3);
  CHECK(json["lanes"][1]["cpu_ms"] == 20);

  account.lanes[1].figures.retained_frames -= 3;  // more released than retained is not a debt
  account.lanes[1].figures.retained_bytes -= 3'000;
  CHECK(to_json(account)["frames_retained"] == 0);
  CHECK(to_json(account)["bytes_retained"] == 0);
}

TEST_CASE("every figure is a metric of the module's generation") {
  Account account;
  account.lanes = {lane_with(4)};
  sluice::observe::Metrics metrics;
  metrics.add_source([&](auto& out) { measure("rtmp", 3, account, out); });
  std::size_t seen = 0;
  for (const auto& metric : metrics.snapshot()) {
    CHECK(metric["labels"] == nlohmann::json{{"module", "rtmp"}, {"generation", "3"}});
    CHECK_THAT(metric["name"].get<std::string>(), Catch::StartsWith("module_"));
    seen += metric["name"] == "module_wakeups_total" && metric["value"] == 4;
    seen += metric["name"] == "module_cpu_ns_total" && metric["value"] == 4'000'000;
    seen += metric["name"] == "module_bytes_held" && metric["value"] == 400;
  }
  CHECK(seen == 3);
  CHECK(metrics.snapshot().size() == 17);
}

TEST_CASE("accounting reads lanes, threads and ledger of the seat") {
  LaneRig rig(2);
  const Accounting accounting(rig.seat, rig.threads);
  int connection = 0;
  rig.seat.ledger.add(Ledger::Kind::connection, &connection, [](void*) {});
  rig.block();
  rig.seat.lanes[0]->post([](void*) {}, nullptr);
  const auto account = accounting.now();
  REQUIRE(account.lanes.size() == 2);
  CHECK(account.lanes[0].figures.inbox_depth == 1);
  CHECK(account.lanes[1].figures.inbox_depth == 0);
  CHECK(account.connections == 1);
  CHECK(account.lanes[0].cpu.count() > 0);
}
