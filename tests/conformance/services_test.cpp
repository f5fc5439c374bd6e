// Leases, calls and registration records between loaded modules, and loader case 17 for them: what a module
// had registered when it failed or ended is taken back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;
using modules::Ledger;
using modules::Remains;
using modules::State;
using nlohmann::json;

namespace {

const std::string provider = fixture_folder("service-provider");
const std::string user = fixture_folder("service-user");
const std::string consumer = fixture_folder("service-consumer");
const std::string early = fixture_folder("early-consumer");

std::string with_fault(const std::string& id, const std::string& fault) {
  return R"({"modules": {")" + id + R"(": {"config": {"fault": ")" + fault + R"("}}}})";
}

// What modules told by events of this kind, each as JSON.
std::multiset<std::string> told(const Room& room, const std::string& kind) {
  std::multiset<std::string> all;
  for (const auto& event : room.events.recent(0, 1000)) {
    if (event.kind == kind) all.insert(json::parse(event.details).dump());
  }
  return all;
}
bool hears(const Room& room, const std::string& kind, std::size_t count) {
  return eventually([&] { return told(room, kind).size() >= count; });
}

json record_of(const Room& room, const std::string& name) {
  const auto graph = room.services->graph();
  for (const auto& record : graph["records"]) {
    if (record["name"] == name) return record;
  }
  return {};
}

std::size_t held(const modules::HeldCounts& counts, Ledger::Kind kind) {
  return counts[static_cast<std::size_t>(kind)];
}

}  // namespace

TEST_CASE("modules lease, call and register with each other, and go without a trace") {
  Room room;
  REQUIRE(room.start({provider, user, consumer}).serving == 3);
  REQUIRE(hears(room, "service-user.done", 6));
  CHECK(told(room, "service-user.done") ==
        std::multiset<std::string>{R"({"method":0,"status":-4,"text":"taken"})",
                                   R"({"method":1,"status":0,"text":"cba"})",
                                   R"({"method":2,"status":0,"text":"cba"})",
                                   R"({"method":3,"status":-10,"text":"not for service-user"})",
                                   R"({"method":4,"status":-12,"text":"cancelled"})",
                                   R"({"method":5,"status":-16,"text":"the question was dropped"})"});
  REQUIRE(hears(room, "service-consumer.done", 1));
  CHECK(told(room, "service-consumer.done") == std::multiset<std::string>{R"({"status":0,"text":"cba"})"});
  REQUIRE(hears(room, "service-provider.answered", 2));
  CHECK(told(room, "service-provider.answered") ==
        std::multiset<std::string>{R"({"answer":"the consumer","name":"/consumer"})",
                                   R"({"answer":"the user","name":"/user"})"});
  CHECK(held(room.status("service-user").life.holds, Ledger::Kind::lease) == 1);
  CHECK(held(room.status("service-user").life.holds, Ledger::Kind::registration) == 1);
  const auto graph = room.services->graph();
  CHECK(graph["leases"].size() == 2);
  CHECK(graph["leases"][0]["provider"] == "service-provider");
  CHECK(record_of(room, "/user")["state"] == "active");
  CHECK(record_of(room, "/user")["details"] == json{{"of", "user"}});

  const auto stopped = room.stop();
  CHECK(stopped.in_time);
  CHECK(stopped.complaints.empty());
  for (const auto* id : {"service-provider", "service-user", "service-consumer"}) {
    CAPTURE(id);
    CHECK(modules::held_text(room.status(id).life.leaked) == "");
    CHECK(room.status(id).life.remains == Remains::unmapped);
  }
  const auto after = room.services->graph();
  for (const auto* what : {"requirers", "leases", "records", "watches"}) CHECK(after[what].empty());
  CHECK(after["calls"] == 0);
}

TEST_CASE("start that fails after it had registered: record and lease are taken back") {
  Room room;
  room.start({provider, consumer}, with_fault("service-consumer", "start-fails"));
  const auto status = room.status("service-consumer");
  CHECK(status.state == State::failed);
  CHECK(status.rule == "SL-RUN-001");
  CHECK(held(status.life.leaked, Ledger::Kind::lease) == 1);
  CHECK(held(status.life.leaked, Ledger::Kind::registration) == 1);
  CHECK(status.life.remains == Remains::unmapped);
  CHECK(room.services->graph()["leases"].empty());
  CHECK(room.services->graph()["records"].empty());
  CHECK(room.status("service-provider").state == State::serving);
}

TEST_CASE("what a module has not given back at its end is named: a call, a lease, a registration") {
  Room room;
  room.start({provider, consumer}, with_fault("service-consumer", "leaks"));
  REQUIRE(eventually([&] { return room.services->graph()["calls"] == 1; }));
  CHECK(room.stop().in_time);
  const auto status = room.status("service-consumer");
  CHECK(modules::held_text(status.life.leaked) == "1 operation, 1 lease, 1 registration");
  CHECK(status.life.remains == Remains::unmapped);
  CHECK_THAT(room.log_text(), Catch::Contains("1 operation, 1 lease, 1 registration"));
  CHECK(room.status("service-provider").life.remains == Remains::unmapped);
}

TEST_CASE("a place that is taken: start fails and both owners are named") {
  Room room;
  room.start({provider, user, consumer}, with_fault("service-consumer", "takes-page"));
  // Either may come first.
  const auto first =
      room.status("service-consumer").state == State::failed ? "service-user" : "service-consumer";
  const auto other = first == std::string("service-user") ? "service-consumer" : "service-user";
  CHECK(room.status(first).state == State::serving);
  const auto status = room.status(other);
  CHECK(status.state == State::failed);
  CHECK_THAT(status.message, Catch::Contains("page \"/user\" of com.example.pages/1 is taken") &&
                                 Catch::Contains(std::string(first) + " (generation 1)") &&
                                 Catch::Contains(std::string(other) + " (generation 1)"));
}

TEST_CASE("without a provider records wait, and calls find nobody") {
  Room room;
  room.start({early});
  CHECK(room.status("early-consumer").state == State::serving);
  CHECK(record_of(room, "/consumer")["state"] == "pending: no provider of com.example.pages/1");
  CHECK(room.services->graph()["leases"].empty());
  CHECK(room.stop().in_time);
  CHECK(modules::held_text(room.status("early-consumer").life.leaked) == "");
}

TEST_CASE("a provider that stops before its users: it waits for their leases, but not beyond its deadline") {
  Room room;
  const auto keeps = GENERATE(false, true);
  CAPTURE(keeps);
  room.start({early, provider}, with_fault("early-consumer", keeps ? "keeps-lease" : ""));
  REQUIRE(hears(room, "early-consumer.done", 1));
  const auto report = room.stop(keeps ? 300ms : 10s);
  CHECK(told(room, "early-consumer.revoked").size() == 1);
  CHECK(report.in_time == !keeps);
  if (keeps) {
    REQUIRE(report.complaints.size() == 1);
    CHECK_THAT(report.complaints[0],
               Catch::StartsWith("module service-provider 1.0.0 STOPPED LATE SL-RUN-004: ") &&
                   Catch::Contains("early-consumer (generation 1) holds 1 lease on com.example.turn/1"));
  }
  for (const auto* id : {"service-provider", "early-consumer"}) {
    CHECK(room.status(id).life.remains == Remains::unmapped);
    CHECK(modules::held_text(room.status(id).life.leaked) == "");
  }
}

TEST_CASE("a handler that refuses refuses its caller only") {
  Room room;
  room.start({provider, consumer}, with_fault("service-consumer", "refuses"));
  REQUIRE(hears(room, "service-provider.answered", 1));
  CHECK(told(room, "service-provider.answered") ==
        std::multiset<std::string>{R"({"answer":"","name":"/consumer"})"});
}
