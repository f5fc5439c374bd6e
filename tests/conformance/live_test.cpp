// Modules that come, change and go while the host runs: loader suite, case 20 and what of 15, 17 and 19 is
// about it.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "abi/engine_abi.hpp"
#include "client.hpp"
#include "engine/subscription.hpp"
#include "kit/audience.hpp"
#include "kit/track_check.hpp"
#include "modules/control_call.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;
using modules::Remains;
using modules::State;

namespace {

const std::string id = "wellbehaved";
const std::vector<std::string> folders{fixture_folder(id)};

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

// Keeps every frame it sees.
class Recorder final : public engine::SubscribeListener {
 public:
  Recorder(std::vector<const sluice_frame*>& kept, std::atomic<std::size_t>& count)
      : kept_(kept), count_(count) {}
  void on_done(engine::Subscription*, const engine::Failure&) override {}
  void on_ready(engine::Subscription& subscription) override {
    engine::Subscription::Batch batch;
    do {
      if (subscription.read(64, batch) != engine::Errc::ok) return;
      for (std::uint32_t i = 0; i < batch.count; ++i) {
        abi::engine_table()->frame_retain(batch.entries[i].frame);
        kept_.push_back(batch.entries[i].frame);
        ++count_;
      }
    } while (batch.count != 0);
  }
  void on_closed(engine::Errc, std::string_view) override {}

 private:
  std::vector<const sluice_frame*>& kept_;
  std::atomic<std::size_t>& count_;
};

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
  REQUIRE(eventually([&] { return room.live_epoch("test/wellbehaved") != 0; }));
  const auto before = room.live_epoch("test/wellbehaved");
  room.supervisor->apply(room.plan(folders), id);
  CHECK(eventually([&] { return room.live_epoch("test/wellbehaved") > before; }));
  CHECK(drained(room));
  CHECK(room.live_epoch("test/wellbehaved") > before);
  CHECK(room.count_events("publish.ended") == 0);
  CHECK(room.count_events("publish.started") == 1);
  CHECK(room.count_events("publish.returned") == 1);
}

TEST_CASE("a module that is taken away ends at once without sessions, and at its deadline with some") {
  Room room(patience(300ms, 300ms));
  REQUIRE(room.start(folders).ok);
  REQUIRE(eventually([&] { return room.live_epoch("test/wellbehaved") != 0; }));
  SECTION("nobody is there") {
    room.supervisor->apply(room.plan({}));
    CHECK(room.supervisor->list().empty());
    CHECK(room.engine->streams().empty());  // ended cleanly, without grace
    CHECK(room.count_events("publish.lost") == 0);
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

TEST_CASE("a thousand sessions: half leave, the rest are cut at the deadline, nothing stays") {
  constexpr std::size_t sessions = 1000;
  const auto mapped = footprint().mappings_of_modules;
  rlimit most{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &most) == 0);
  most.rlim_cur = std::min<rlim_t>(most.rlim_max, 4096);  // both ends of each are this process's
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &most) == 0);
  Room room(patience(1500ms, 1500ms));
  REQUIRE(room.start(folders).ok);
  const auto address = room.bound_address(id);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < sessions; ++i) {
    clients.push_back(std::make_unique<Client>(address));
    REQUIRE(clients.back()->echo("x") == "x");
  }
  room.supervisor->apply(room.plan({}));
  CHECK(room.status(id).life.sessions_left == sessions);
  for (std::size_t i = 0; i < sessions / 2; ++i) clients[i].reset();
  CHECK(eventually([&] {
    room.supervisor->drain_round();
    return room.supervisor->list().empty() || room.status(id).life.sessions_left == sessions / 2;
  }));
  for (std::size_t i = sessions / 2; i < sessions; i += 50) CHECK(clients[i]->echo("still") == "still");
  CHECK(drained(room));
  for (std::size_t i = sessions / 2; i < sessions; ++i) CHECK(clients[i]->hung_up());
  CHECK_THAT(room.log_text(), Catch::Contains("SL-RUN-004") && Catch::Contains("500 sessions left"));
  CHECK(room.listeners->connections() == 0);
  CHECK(footprint().mappings_of_modules == mapped);
}

TEST_CASE("frames that somebody keeps outlive the module that wrote them") {
  const auto mapped = footprint().mappings_of_modules;
  Room room;
  REQUIRE(room.start({std::filesystem::path(SLUICE_TEST_PICTURE).parent_path()}).ok);
  std::vector<const sluice_frame*> kept;
  {
    kit::Audience recorder(room);
    const auto lane = recorder.seat().lanes.front();
    std::atomic<std::size_t> count = 0;
    auto begun = modules::call_on(*lane, 5s, [&] {
      engine::SubscribeRequest request;
      request.key = "example/test";
      request.start = engine::Start::cache;
      request.peer.local_module = true;
      room.engine->subscribe_begin(recorder.seat(), *lane, request, std::make_unique<Recorder>(kept, count),
                                   nullptr);
    });
    REQUIRE(begun == modules::Called::done);
    REQUIRE(eventually([&] { return count >= 50; }));
    room.supervisor->apply(room.plan({}));
    CHECK(room.supervisor->list().empty());
    CHECK(footprint().mappings_of_modules == mapped);  // its code is gone, its frames are not
  }
  std::size_t bytes = 0;
  for (const sluice_frame* frame : kept) {
    const auto defect = kit::track_defect(*frame->track);
    CHECK(defect.empty());
    for (std::uint64_t i = 0; i < frame->spans[0].size; ++i) bytes += frame->spans[0].data[i] != 0 ? 1 : 0;
  }
  CHECK(bytes > 0);
  const auto used = [&] { return room.engine->totals()["memory_used"].get<std::uint64_t>(); };
  CHECK(used() > 0);
  for (const sluice_frame* frame : kept) abi::engine_table()->frame_release(frame);
  CHECK(eventually([&] { return used() == 0; }));
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
