// Loader suite, cases 9, 12, 15, 17, 18 and 19 as far as this release goes: a module's whole life in a host.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "client.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;
using modules::Ledger;
using modules::Remains;
using modules::State;

namespace {

std::string with_fault(const std::string& id, const std::string& fault, bool required = false) {
  return R"({"modules": {")" + id + R"(": {)" + (required ? R"("required": true, )" : "") +
         R"("config": {"fault": ")" + fault + R"("}}}})";
}

std::size_t held(const modules::HeldCounts& counts, Ledger::Kind kind) {
  return counts[static_cast<std::size_t>(kind)];
}
std::size_t total(const modules::HeldCounts& counts) {
  std::size_t sum = 0;
  for (const auto count : counts) sum += count;
  return sum;
}

// The process after a host without modules has come and gone.
Footprint idle_footprint() {
  {
    Room room;
  }
  return footprint();
}

}  // namespace

TEST_CASE("a good module starts, serves, and goes without a trace") {
  const auto idle = idle_footprint();
  {
    Room room;
    const auto report = room.start({fixture_folder("wellbehaved")});
    CHECK(report.ok);
    CHECK(report.serving == 1);
    CHECK(room.status("wellbehaved").state == State::serving);
    CHECK(room.status("wellbehaved").life.threads == 1);
    CHECK(eventually([] { return thread_runs("m:wellbehaved:0"); }));
    CHECK(room.supervisor->readiness().ready);
    CHECK_FALSE(room.supervisor->readiness().degraded);
    {
      Client client(room.bound_address("wellbehaved"));
      CHECK(client.echo("hello") == "hello");
    }
    const auto& holds = room.status("wellbehaved").life.holds;
    CHECK(held(holds, Ledger::Kind::listener) == 1);
    CHECK(held(holds, Ledger::Kind::timer) == 1);
    CHECK(held(holds, Ledger::Kind::event_subscription) == 1);
    CHECK(room.engine->streams().size() == 1);

    const auto staging = room.runtime / "modules" / "wellbehaved";
    CHECK(std::filesystem::exists(staging));
    const auto stopped = room.stop();
    CHECK(stopped.in_time);
    CHECK(stopped.zombies == 0);
    const auto end = room.status("wellbehaved");
    CHECK(end.state == State::retired);
    CHECK(end.life.remains == Remains::unmapped);
    CHECK(total(end.life.leaked) == 0);
    CHECK(end.message.empty());
    CHECK(std::filesystem::is_empty(staging));
    CHECK(room.engine->streams().empty());
  }
  CHECK(footprint() == idle);
}

TEST_CASE("start that fails half-way: everything is taken back, and the operator is told") {
  const auto idle = idle_footprint();
  {
    Room room;
    SECTION("a required module fails the whole start") {
      const auto report =
          room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", "start-fails", true));
      CHECK_FALSE(report.ok);
      CHECK_FALSE(room.supervisor->readiness().ready);
    }
    SECTION("an optional one leaves the host degraded and names itself") {
      const auto report =
          room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", "start-fails"));
      CHECK(report.ok);
      CHECK(room.supervisor->readiness().ready);
    }
    const auto status = room.status("wellbehaved");
    CHECK(status.state == State::failed);
    CHECK(status.rule == "SL-RUN-001");
    CHECK_THAT(status.message, Catch::Contains("module wellbehaved 1.0.0 FAILED SL-RUN-001"));
    CHECK_THAT(status.message, Catch::Contains("it was told to fail (do not tell it to)"));
    CHECK(held(status.life.leaked, Ledger::Kind::listener) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::timer) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::event_subscription) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::watch) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::publication) +
              held(status.life.leaked, Ledger::Kind::operation) ==
          1);
    CHECK(status.life.remains == Remains::unmapped);
    CHECK(room.listeners->list().empty());
    const auto readiness = room.supervisor->readiness();
    CHECK(readiness.degraded);
    REQUIRE(readiness.reasons.size() == 1);
    CHECK_THAT(readiness.reasons[0], Catch::StartsWith("wellbehaved: "));
    CHECK(eventually([&] { return room.engine->streams().empty(); }));
    const auto events = room.events.recent(0, 100);
    CHECK(std::any_of(events.begin(), events.end(), [](const auto& event) {
      return event.kind == "module.state" && event.details.find("SL-RUN-001") != std::string::npos;
    }));
  }
  CHECK(footprint() == idle);
}

TEST_CASE("a configuration the module refuses") {
  Room room;
  room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", "configure-refuses"));
  const auto status = room.status("wellbehaved");
  CHECK(status.rule == "SL-CFG-001");
  CHECK_THAT(status.message, Catch::Contains("not to its taste"));
  CHECK(status.life.remains == Remains::unmapped);
}

TEST_CASE("a library it needs is missing: dlerror's own words, and nobody else is hurt") {
  Room room;
  const auto report = room.start({fixture_folder("needs-missing"), fixture_folder("wellbehaved")});
  const auto status = room.status("needs-missing");
  CHECK(status.state == State::refused);
  CHECK(status.rule == "SL-LNK-001");
  CHECK_THAT(status.message, Catch::Contains("libsluice_fixture_absent.so: cannot open shared object file"));
  CHECK(room.status("wellbehaved").state == State::serving);
  CHECK(report.serving == 1);
}

TEST_CASE("a failed provider fails its hard dependents with the chain, and nobody else") {
  Room room;
  const std::vector<std::string> folders = {fixture_folder("wellbehaved"), fixture_folder("dependent"),
                                            fixture_folder("stays")};
  SECTION("it runs") {
    CHECK(room.start(folders).serving == 3);
    room.stop();
    const auto events = room.events.recent(0, 1000);
    std::vector<std::string> serving, stopped;
    for (const auto& event : events) {
      if (event.kind != "module.state") continue;
      if (event.details.find("\"serving\"") != std::string::npos) serving.push_back(event.module);
      if (event.details.find("\"retired\"") != std::string::npos) stopped.push_back(event.module);
    }
    REQUIRE(serving.size() == 3);
    CHECK(serving.back() == "dependent");
    std::reverse(stopped.begin(), stopped.end());
    CHECK(serving == stopped);
  }
  SECTION("it fails") {
    room.start(folders, with_fault("wellbehaved", "start-fails"));
    const auto status = room.status("dependent");
    CHECK(status.state == State::failed);
    CHECK(status.rule == "SL-DEP-004");
    CHECK_THAT(status.message, Catch::Contains("com.example.echo/1 of wellbehaved"));
    CHECK_THAT(status.message, Catch::Contains("SL-RUN-001"));
    CHECK(room.status("stays").state == State::serving);
  }
}

TEST_CASE("what a module has not given back when it stops is named and taken back") {
  const auto idle = idle_footprint();
  {
    Room room;
    room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", "leaks"));
    Client client(room.bound_address("wellbehaved"));
    REQUIRE(client.echo("x") == "x");
    room.stop(0ms);
    CHECK(client.hung_up());
    const auto status = room.status("wellbehaved");
    CHECK(held(status.life.leaked, Ledger::Kind::connection) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::listener) == 1);
    CHECK(held(status.life.leaked, Ledger::Kind::publication) == 1);
    CHECK(status.life.remains == Remains::unmapped);
    CHECK_THAT(room.log_text(), Catch::Contains("1 connection"));
    CHECK(room.listeners->connections() == 0);
    CHECK(eventually([&] { return room.engine->streams().empty(); }));
  }
  CHECK(footprint() == idle);
}

TEST_CASE("draining waits for sessions, but not beyond its deadline") {
  Room room;
  room.start({fixture_folder("wellbehaved")});
  Client client(room.bound_address("wellbehaved"));
  REQUIRE(client.echo("x") == "x");
  SECTION("the session goes by itself") {
    std::thread leaver([&] {
      eventually([&] { return room.status("wellbehaved").life.sessions_left == 1; });
      client.leave();
    });
    CHECK(room.stop(10s).in_time);
    leaver.join();
    CHECK(room.status("wellbehaved").message.empty());
  }
  SECTION("the session stays") {
    const auto report = room.stop(200ms);
    CHECK_FALSE(report.in_time);
    const auto status = room.status("wellbehaved");
    CHECK(status.rule == "SL-RUN-004");
    CHECK_THAT(status.message, Catch::Contains("1 session left"));
    CHECK(status.life.remains == Remains::unmapped);
    CHECK(client.hung_up());
  }
}

TEST_CASE("a call that does not come back: a zombie, its port given back, the host unharmed") {
  RoomOptions options;
  auto& tight = options.deadlines;
  tight.configure = tight.start = tight.stop = tight.destroy = 200ms;
  Room room(options);
  SECTION("configure or start") {
    const auto fault = GENERATE(as<std::string>(), "configure-slow", "start-slow");
    room.start({fixture_folder("wellbehaved"), fixture_folder("stays")}, with_fault("wellbehaved", fault));
    CHECK(room.status("wellbehaved").state == State::failed);
    CHECK(room.status("stays").state == State::serving);
  }
  SECTION("stop or destroy") {
    const auto fault = GENERATE(as<std::string>(), "stop-slow", "destroy-slow");
    room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", fault));
    CHECK(room.status("wellbehaved").state == State::serving);
    CHECK(room.stop().zombies == 1);
  }
  const auto status = room.status("wellbehaved");
  CHECK(status.rule == "SL-RUN-002");
  CHECK(status.life.remains == Remains::zombie);
  CHECK(room.listeners->list().empty());
  // Its thread comes back some day and must find everything it touches.
  CHECK(eventually([] { return !thread_runs("m:wellbehaved:0") && !thread_runs("loader"); }));
}

TEST_CASE("exceptions end at the boundary, whichever call they leave") {
  Room room;
  const auto start_with = [&](const char* fault) {
    room.start({fixture_folder("throws")}, with_fault("throws", fault));
  };
  SECTION("configure") {
    start_with("configure");
    CHECK(room.status("throws").rule == "SL-CFG-001");
    CHECK_THAT(room.status("throws").message, Catch::Contains("threw an exception"));
  }
  SECTION("start") {
    start_with("start");
    CHECK(room.status("throws").rule == "SL-RUN-001");
    CHECK_THAT(room.status("throws").message, Catch::Contains("threw an exception"));
  }
  SECTION("a posted call") {
    start_with("posted");
    CHECK(eventually(
        [&] { return room.log_text().find("an exception left a call of the module") != std::string::npos; }));
    CHECK(room.status("throws").state == State::serving);
  }
  SECTION("health") {
    start_with("health");
    room.supervisor->health_round();
    CHECK(eventually([&] { return room.supervisor->readiness().degraded; }));
  }
  SECTION("stop") { start_with("stop"); }
  SECTION("destroy") { start_with("destroy"); }
  room.stop();
  CHECK(room.status("throws").life.remains == Remains::unmapped);
}

TEST_CASE(
    "threads: as many as the manifest allows and the configuration asks for; a loop left early is taken "
    "over") {
  Room room;
  const auto [asked, expected] =
      GENERATE(std::pair<int, std::size_t>{0, 2}, std::pair<int, std::size_t>{1, 2},
               std::pair<int, std::size_t>{3, 3}, std::pair<int, std::size_t>{99, 3});
  room.start({fixture_folder("throws")},
             R"({"modules": {"throws": {"config": {"threads": )" + std::to_string(asked) + "}}}}");
  CHECK(room.status("throws").state == State::serving);
  CHECK(room.status("throws").life.threads == expected);
  CHECK(eventually([] { return thread_runs("m:throws:1"); }));
  CHECK(eventually([&] { return room.log_text().find("left its loop") != std::string::npos; }));
  CHECK(room.stop().in_time);
}

TEST_CASE("a module that does not promise a clean unload is parked, not unmapped") {
  Room room;
  room.start({fixture_folder("stays")});
  const auto libraries = footprint().mappings_of_modules;
  room.stop();
  CHECK(room.status("stays").state == State::retired);
  CHECK(room.status("stays").life.remains == Remains::parked);
  CHECK(footprint().mappings_of_modules == libraries);
}

TEST_CASE("a module that says it is unwell makes the host degraded and names itself") {
  Room room;
  room.start({fixture_folder("wellbehaved")}, with_fault("wellbehaved", "unwell"));
  CHECK_FALSE(room.supervisor->readiness().degraded);
  room.supervisor->health_round();
  CHECK(eventually([&] { return room.supervisor->readiness().degraded; }));
  CHECK(room.supervisor->readiness().reasons.at(0) == "wellbehaved: a cold");
}

TEST_CASE("the log level of one module lets its lines through, and no others") {
  const std::vector<std::string> folders = {fixture_folder("wellbehaved"), fixture_folder("dependent"),
                                            fixture_folder("stays")};
  const auto heard_at = [&](observe::Level host, const char* own) {
    Room room({.deadlines = {}, .accept = {}, .log_level = host});
    REQUIRE(room.start(folders, R"({"modules": {"stays": {"log_level": ")" + std::string(own) + "\"}}}")
                .serving == 3);
    room.log.flush_counts();
    const auto text = room.log_text();
    return std::pair(text.find("[stays] a detail of its start") != std::string::npos,
                     text.find("[dependent] a detail of its start") != std::string::npos);
  };
  CHECK(heard_at(observe::Level::info, "debug") == std::pair(true, false));
  CHECK(heard_at(observe::Level::debug, "warn") == std::pair(false, true));
}

TEST_CASE("an address that is taken: start fails and says whose it is") {
  Room room;
  std::string why;
  const auto taken = room.listeners->open({.owner = "somebody",
                                           .name = "x",
                                           .addresses = {*config::parse_listen_address("127.0.0.1:0")},
                                           .lanes = {},
                                           .on_accept = [](net::Connection&) {},
                                           .on_open = {},
                                           .on_close = {}},
                                          why);
  REQUIRE(taken.has_value());
  const auto address = room.listeners->addresses(*taken).at(0);
  room.start({fixture_folder("wellbehaved")},
             R"({"modules": {"wellbehaved": {"config": {"listen": ")" + address + R"("}}}})");
  const auto status = room.status("wellbehaved");
  CHECK(status.rule == "SL-RUN-001");
  CHECK_THAT(status.message, Catch::Contains(address) && Catch::Contains("somebody"));
  room.listeners->close(*taken);
}

TEST_CASE("a hundred lives leave threads, descriptors and mappings as they were") {
  const auto one_life = [] {
    Room room;
    REQUIRE(room.start({fixture_folder("wellbehaved"), fixture_folder("throws")}).serving == 2);
    Client client(room.bound_address("wellbehaved"));
    REQUIRE(client.echo("x") == "x");
    room.stop(0ms);
    REQUIRE(room.status("wellbehaved").life.remains == Remains::unmapped);
    REQUIRE(room.status("throws").life.remains == Remains::unmapped);
  };
  one_life();
  const auto before = footprint();
  for (int round = 0; round < 100; ++round) one_life();
  CHECK(footprint() == before);
}

TEST_CASE("every module built here lives its life and is unmapped afterwards") {
  std::string all = SLUICE_BUILT_MODULES;
  while (!all.empty()) {
    const std::filesystem::path library = all.substr(0, all.find(':'));
    all.erase(0, all.find(':') == std::string::npos ? all.size() : all.find(':') + 1);
    const auto id = library.stem().string();
    CAPTURE(id);
    RoomOptions options;
    options.probe.program = SLUICE_PROGRAM;
    Room room(options);
    const auto folder = room.runtime / "built";
    std::filesystem::create_directory(folder);
    for (const auto* ending : {".so", ".json"}) {
      const auto name = id + ending;
      std::filesystem::copy(library.parent_path() / name, folder / name);
    }
    const auto takes_address = [&] {
      std::ifstream file(folder / (id + ".json"));
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      return text.find("\"listens\"") != std::string::npos;
    }();
    const std::string config = takes_address ? R"("config": {"listen": "127.0.0.1:0"}, )" : "";
    room.start({folder.string()}, R"({"modules": {")" + id + R"(": {)" + config + R"("enabled": true}}})");
    const auto status = room.status(id);
    INFO(status.message);
    CHECK(status.state == State::serving);
    CHECK_THAT(room.log_text(), !Catch::Contains("was not probed"));
    room.supervisor->health_round();
    room.stop();
    CHECK(room.status(id).life.remains == Remains::unmapped);
    CHECK(modules::held_text(room.status(id).life.leaked) == "");
  }
}
