// Modules that come, change and go while the host runs: loader suite, case 20 and what of 15, 17 and 19 is
// about it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "client.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;
using modules::Remains;
using modules::State;

namespace {

const std::string id = "wellbehaved";
const std::vector<std::string> folders{fixture_folder(id)};

std::string with_fault(const std::string& fault) {
  return R"({"modules": {"wellbehaved": {"config": {"fault": ")" + fault + R"("}}}})";
}

RoomOptions patience(std::chrono::milliseconds drain, std::chrono::milliseconds replace_drain) {
  RoomOptions options;
  options.drain = drain;
  options.replace_drain = replace_drain;
  return options;
}

// As the steward's thread does, by hand.
bool drained(Room& room) {
  return eventually([&] { return !room.supervisor->drain_round(); });
}

std::uint64_t epoch_of_its_stream(const Room& room) {
  for (const auto& stream : room.engine->streams()) {
    if (stream["key"] == "test/wellbehaved" && stream["state"] == "live") return stream["epoch"];
  }
  return 0;
}

std::size_t events_of(Room& room, const std::string& kind) {
  std::size_t count = 0;
  for (const auto& event : room.events.recent(0, 10'000)) count += event.kind == kind ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a replaced module: new connections go to the next generation, open ones finish in theirs") {
  Room room;
  REQUIRE(room.start(folders).ok);
  const auto address = room.bound_address(id);
  auto early = std::make_unique<Client>(address);
  REQUIRE(early->echo("one") == "one");

  room.supervisor->apply(room.plan(folders), id);
  const auto status = room.status(id);
  CHECK(status.state == State::serving);
  CHECK(status.life.generation == 2);
  CHECK(status.message.empty());
  CHECK(room.bound_address(id) == address);  // no port was closed
  REQUIRE(status.earlier.size() == 1);
  CHECK(status.earlier[0].life.generation == 1);
  CHECK(status.earlier[0].life.state == State::draining);
  CHECK(status.earlier[0].life.sessions_left == 1);

  auto late = std::make_unique<Client>(address);
  CHECK(late->echo("two") == "two");
  CHECK(early->echo("still here") == "still here");
  CHECK(room.status(id).life.holds[static_cast<std::size_t>(modules::Ledger::Kind::connection)] == 1);
  CHECK(room.supervisor->drain_round());

  early.reset();
  CHECK(drained(room));
  CHECK(room.status(id).earlier.empty());
  CHECK(late->echo("and on") == "and on");
  late.reset();
  CHECK(room.stop().in_time);
}

TEST_CASE("the stream a module writes itself goes on in the next generation") {
  Room room;
  REQUIRE(room.start(folders).ok);
  REQUIRE(eventually([&] { return epoch_of_its_stream(room) != 0; }));
  const auto before = epoch_of_its_stream(room);
  room.supervisor->apply(room.plan(folders), id);
  CHECK(eventually([&] { return epoch_of_its_stream(room) > before; }));
  CHECK(drained(room));
  CHECK(epoch_of_its_stream(room) > before);
  CHECK(events_of(room, "publish.ended") == 0);
  CHECK(events_of(room, "publish.started") == 1);
  CHECK(events_of(room, "publish.returned") == 1);
}

TEST_CASE("a generation that fails leaves the one before as it was") {
  const auto fault = GENERATE("start-fails", "configure-refuses");
  Room room;
  REQUIRE(room.start(folders).ok);
  REQUIRE(eventually([&] { return epoch_of_its_stream(room) != 0; }));
  const auto epoch = epoch_of_its_stream(room);
  const auto address = room.bound_address(id);
  Client early(address);
  REQUIRE(early.echo("one") == "one");

  room.supervisor->apply(room.plan(folders, with_fault(fault)));
  const auto status = room.status(id);
  CHECK(status.state == State::serving);
  CHECK(status.life.generation == 1);
  CHECK(status.rule == (std::string(fault) == "start-fails" ? "SL-RUN-001" : "SL-CFG-001"));
  CHECK(status.message.find("FAILED") != std::string::npos);
  CHECK(room.supervisor->readiness().ready);
  CHECK(early.echo("two") == "two");
  CHECK(Client(address).echo("three") == "three");
  CHECK(epoch_of_its_stream(room) == epoch);
  CHECK(events_of(room, "publish.returned") == 0);

  SECTION("what failed is not tried again before it changes") {
    const auto tries = events_of(room, "module.state");
    room.supervisor->apply(room.plan(folders, with_fault(fault)));
    CHECK(events_of(room, "module.state") == tries);
    room.supervisor->apply(room.plan(folders));
    CHECK(room.status(id).rule.empty());
    CHECK(room.status(id).life.generation == 1);
  }
}

TEST_CASE("a module that is taken away ends at once without sessions, and at its deadline with some") {
  Room room(patience(300ms, 300ms));
  REQUIRE(room.start(folders).ok);
  REQUIRE(eventually([&] { return epoch_of_its_stream(room) != 0; }));
  SECTION("nobody is there") {
    room.supervisor->apply(room.plan({}));
    CHECK(room.supervisor->list().empty());
    CHECK(room.engine->streams().empty());  // ended cleanly, without grace
    CHECK(events_of(room, "publish.lost") == 0);
    CHECK_FALSE(room.supervisor->drain_round());
  }
  SECTION("somebody is") {
    const auto address = room.bound_address(id);
    Client client(address);
    REQUIRE(client.echo("one") == "one");
    room.supervisor->apply(room.plan({}));
    CHECK(room.status(id).state == State::draining);
    CHECK(client.echo("two") == "two");
    CHECK_FALSE(Client(address).connected());
    CHECK(drained(room));
    CHECK(client.hung_up());
    CHECK(room.supervisor->list().empty());
  }
  CHECK(room.supervisor->serving().empty());
}

TEST_CASE("drained by hand it stays away until it is asked for") {
  Room room;
  REQUIRE(room.start(folders).ok);
  CHECK(room.supervisor->drain(id));
  CHECK_FALSE(room.supervisor->drain(id));
  CHECK(room.status(id).state == State::retired);
  room.supervisor->apply(room.plan(folders));
  CHECK(room.status(id).state == State::retired);
  room.supervisor->apply(room.plan(folders), id);
  CHECK(room.status(id).state == State::serving);
  CHECK(room.status(id).life.generation == 2);
}

TEST_CASE("fifty generations leave nothing behind") {
  Room room;
  REQUIRE(room.start(folders).ok);
  const auto address = room.bound_address(id);
  room.supervisor->apply(room.plan(folders), id);
  const auto early = footprint();
  for (int i = 0; i < 50; ++i) {
    room.supervisor->apply(room.plan(folders), id);
    REQUIRE(Client(address).echo("x") == "x");
    REQUIRE(drained(room));
  }
  const auto late = footprint();
  CHECK(late.threads == early.threads);
  CHECK(late.mappings_of_modules == early.mappings_of_modules);
  // A lane's eventfd is kept for the next lane; two more may be needed while one is not cleared yet.
  CHECK(late.descriptors <= early.descriptors + 2);
  CHECK(room.status(id).life.generation == 52);
  CHECK(room.status(id).earlier.empty());
}

TEST_CASE("connections that arrive during replacements are all answered") {
  Room room;
  REQUIRE(room.start(folders).ok);
  const auto address = room.bound_address(id);
  std::atomic<bool> over = false;
  std::atomic<int> answered = 0, lost = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!over) {
        const bool good = Client(address).echo("ping") == "ping";
        ++(good ? answered : lost);
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    room.supervisor->apply(room.plan(folders), id);
    room.supervisor->drain_round();
  }
  over = true;
  callers.clear();
  CHECK(answered > 20);
  CHECK(lost == 0);
}

TEST_CASE("load, unload and list from eight threads at once") {
  Room room(patience(100ms, 100ms));
  REQUIRE(room.start(folders).ok);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        if (i % 4 == 0) room.supervisor->apply(room.plan(folders), id);
        if (i % 4 == 1) room.supervisor->drain(id);
        if (i % 4 == 2) room.supervisor->drain_round();
        if (i % 4 == 3) {
          room.supervisor->list();
          room.supervisor->readiness();
          room.supervisor->health_round();
        }
      }
    });
  }
  threads.clear();
  room.supervisor->apply(room.plan(folders), id);
  CHECK(drained(room));
  CHECK(room.status(id).state == State::serving);
  CHECK(Client(room.bound_address(id)).echo("x") == "x");
}
