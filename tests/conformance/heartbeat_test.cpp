// A lane that does not come round: counted after 200 ms, told with its thread's calls after 2 s, stuck after
// 10 s. And what a module costs and holds, from outside.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "client.hpp"
#include "modules/explain.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;

namespace {

std::string blocking(const std::string& where, std::chrono::milliseconds time) {
  return R"({"modules": {"blocks": {"config": {"fault": ")" + where + R"(", "block_ms": )" +
         std::to_string(time.count()) + "}}}}";
}

nlohmann::json account(const Room& room, const std::string& id) {
  for (const auto& module : modules::list_of(room.supervisor->list())) {
    if (module["id"] == id) return module["generations"].at(0).value("account", nlohmann::json());
  }
  return nullptr;
}

std::int64_t metric(const Room& room, const std::string& name, const std::string& module) {
  for (const auto& one : room.metrics.snapshot()) {
    if (one["name"] == name && one["labels"].value("module", "") == module) return one["value"];
  }
  return -1;
}

bool counted(const Room& room, std::uint64_t times) {
  return eventually([&] { return account(room, "blocks")["late"] == times; });
}

constexpr auto told = "a lane does not come back to its loop";

}  // namespace

TEST_CASE("200 ms: counted, on the lane that was late, and no more than that") {
  const auto where = GENERATE(as<std::string>(), "call", "loop");
  Room room;
  room.start({fixture_folder("blocks")}, blocking(where, 220ms));
  REQUIRE(counted(room, 1));
  CHECK(eventually([&] { return account(room, "blocks")["away_ms"] == 0; }));
  const auto lanes = account(room, "blocks")["lanes"];
  CHECK(lanes[0]["late"] == 0);
  CHECK(lanes[1]["late"] == 1);
  CHECK(metric(room, "module_late_total", "blocks") == 1);
  CHECK(room.log_text().find(told) == std::string::npos);
  CHECK_FALSE(room.supervisor->readiness().degraded);
}

TEST_CASE("2 s: the log says once where the thread is, while it is there") {
  Room room;
  room.start({fixture_folder("blocks")}, blocking("loop", 2500ms));
  REQUIRE(counted(room, 1));
  REQUIRE(eventually([&] { return room.log_text().find(told) != std::string::npos; }));
  CHECK(account(room, "blocks")["away_ms"] >= 2000);
  REQUIRE(eventually([&] { return account(room, "blocks")["away_ms"] == 0; }));
  const auto log = room.log_text();
  CHECK(log.find(told) == log.rfind(told));
  const auto line = log.substr(log.find(told), log.find('\n', log.find(told)) - log.find(told));
  INFO(line);
  CHECK_THAT(line, Catch::Contains("generation=1") && Catch::Contains("lane=1"));
  CHECK_THAT(line, Catch::Contains("blocks.so+0x"));
  CHECK(account(room, "blocks")["late"] == 1);
  CHECK_FALSE(room.supervisor->readiness().degraded);
}

TEST_CASE("10 s, made shorter: health is stuck until the lane comes back") {
  const auto where = GENERATE(as<std::string>(), "call", "loop", "asleep");
  CAPTURE(where);
  RoomOptions short_patience;
  short_patience.patience = {.warn = 300ms, .stuck = 600ms};
  Room room(short_patience);
  room.start({fixture_folder("blocks")}, blocking(where, 1500ms));
  CHECK(eventually([&] {
    room.supervisor->health_round();  // what kicks a loop that blocks while it is said to sleep
    return room.supervisor->readiness().degraded;
  }));
  const auto readiness = room.supervisor->readiness();
  CHECK(readiness.ready);
  CHECK_THAT(readiness.reasons.at(0), Catch::StartsWith("blocks: SL-RUN-002: lane 1 has been stuck for "));
  CHECK_THAT(room.log_text(), Catch::Contains(told) && Catch::Contains("blocks.so+0x"));
  CHECK(account(room, "blocks")["late"] == 1);
  CHECK(eventually([&] { return !room.supervisor->readiness().degraded; }));
  CHECK(room.stop().in_time);
}

TEST_CASE("a module's account: what it costs and holds while it lives, what it had when it ended") {
  Room room;
  room.start({fixture_folder("wellbehaved"), fixture_folder("stays")});
  Client client(room.bound_address("wellbehaved"));
  REQUIRE(client.echo("x") == "x");
  REQUIRE(eventually([&] { return account(room, "wellbehaved")["wakeups"] > 5; }));  // its timer
  const auto living = account(room, "wellbehaved");
  CHECK(living["connections"] == 1);
  CHECK(living["inbox_highest"] >= 1);
  CHECK(living["lanes"].size() == 1);
  CHECK(living["late"] == 0);
  CHECK(metric(room, "module_cpu_ns_total", "wellbehaved") > 0);
  CHECK(metric(room, "module_connections", "wellbehaved") == 1);
  CHECK(metric(room, "module_lanes", "stays") == 1);
  for (const auto& one : room.metrics.snapshot()) {
    if (one["name"] == "module_lanes") CHECK(one["labels"]["generation"] == "1");
  }
  room.stop(0ms);
  CHECK(account(room, "wellbehaved")["wakeups"] >= living["wakeups"]);
  CHECK(account(room, "wellbehaved")["cpu_ms"] >= living["cpu_ms"]);
  CHECK(metric(room, "module_lanes", "wellbehaved") == -1);  // no living generation, no metric
}
