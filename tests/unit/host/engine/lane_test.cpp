// Lanes: posted calls, timers, sleep and wake-up, the host's loop.
#include "engine/lane.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

namespace {

bool readable(int fd, int timeout_ms) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, timeout_ms) == 1;
}

void count_up(void* ctx) { ++*static_cast<int*>(ctx); }

}  // namespace

TEST_CASE("posted calls come once, in order; a full inbox says BUSY and an ended lane GONE") {
  Options options;
  options.inbox_slots = 8;
  Rig rig(options);
  std::vector<int> order;
  struct Note {
    std::vector<int>* order;
    int number;
  };
  std::vector<Note> notes;
  for (int i = 0; i < 9; ++i) notes.push_back({&order, i});
  const auto call = [](void* ctx) {
    auto* const note = static_cast<Note*>(ctx);
    note->order->push_back(note->number);
  };
  for (int i = 0; i < 8; ++i)
    CHECK(rig.table->lane_post(rig.lane(), call, &notes[static_cast<std::size_t>(i)]) == SLUICE_STATUS_OK);
  CHECK(rig.table->lane_post(rig.lane(), call, &notes[8]) == SLUICE_STATUS_BUSY);
  rig.drain();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(rig.table->lane_post(rig.lane(), call, &notes[8]) == SLUICE_STATUS_OK);
  rig.engine.lane_end(rig.seat.lanes[0]);
  CHECK(rig.table->lane_drain(rig.lane()) == SLUICE_STATUS_GONE);
  CHECK(order.size() == 9);  // one last round
  CHECK(rig.table->lane_post(rig.lane(), call, &notes[8]) == SLUICE_STATUS_GONE);
  CHECK(rig.table->lane_drain(rig.lane()) == SLUICE_STATUS_GONE);
}

TEST_CASE("timers fire in order of their times; a cancelled one does not; sleep names the next") {
  Rig rig;
  std::vector<int> fired;
  struct Alarm {
    std::vector<int>* fired;
    int number;
  };
  std::vector<Alarm> alarms;
  for (int i = 0; i < 50; ++i) alarms.push_back({&fired, i});
  std::vector<sluice_timer*> timers(50);
  const auto call = [](void* ctx) {
    auto* const alarm = static_cast<Alarm*>(ctx);
    alarm->fired->push_back(alarm->number);
  };
  const std::int64_t now = rig.clock.monotonic();
  for (int i = 0; i < 50; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t due = now + (i * 37 % 50 + 1) * ms;
    REQUIRE(rig.table->timer_start(rig.lane(), due, call, &alarms[at], &timers[at]) == SLUICE_STATUS_OK);
  }
  for (int i = 0; i < 50; i += 3) rig.table->timer_cancel(timers[static_cast<std::size_t>(i)]);
  std::int64_t wake_at = 0;
  CHECK(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
  CHECK(wake_at <= now + 3 * ms);
  rig.table->lane_awake(rig.lane());
  rig.pass(60ms);
  REQUIRE(fired.size() == 33);
  for (std::size_t i = 1; i < fired.size(); ++i) CHECK(fired[i - 1] * 37 % 50 < fired[i] * 37 % 50);
  CHECK(rig.seat.ledger.empty());
  CHECK(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
  CHECK(wake_at == INT64_MAX);
  rig.table->lane_awake(rig.lane());
}

TEST_CASE("a sleeping lane is kicked once, an awake one never") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam");
  rig.drain();
  const int fd = rig.table->lane_fd(rig.lane());
  int calls = 0;
  std::int64_t wake_at = 0;

  CHECK(rig.table->lane_post(rig.lane(), count_up, &calls) == SLUICE_STATUS_OK);
  CHECK_FALSE(readable(fd, 0));
  CHECK(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_BUSY);  // there is news
  rig.drain();
  CHECK(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
  publisher.picture({0, true});
  CHECK(readable(fd, 0));
  rig.table->lane_awake(rig.lane());
  CHECK_FALSE(readable(fd, 0));  // for loops that watch it level-triggered
  rig.drain();
  CHECK(viewer.seen.size() == 1);
  publisher.picture({40 * ms, false});
  CHECK_FALSE(readable(fd, 0));
  rig.drain();
  CHECK(viewer.seen.size() == 2);
}

TEST_CASE("cached belongs to the lane: kept for all its readers, given back when the entry leaves") {
  Options options;
  options.app_options = [](std::string_view) {
    AppOptions app;
    app.cache_frames = 16;
    return app;
  };
  Rig rig(options, 2);
  static int given_back;
  given_back = 0;
  rig.table->lane_on_cache_release(
      rig.lane(0),
      [](void*, void* cached) {
        delete static_cast<std::uint64_t*>(cached);
        ++given_back;
      },
      nullptr);
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer first(rig, "live/cam");
  Viewer second(rig, "live/cam");
  Viewer elsewhere(rig, "live/cam", {SLUICE_START_KEY, 0, 0, 1});
  int made = 0;
  const auto keep = [&](sluice_entry& entry) {
    if (entry.cached == nullptr) {
      entry.cached = new std::uint64_t(entry.frame->seq);
      ++made;
    }
    CHECK(*static_cast<std::uint64_t*>(entry.cached) == entry.frame->seq);
  };
  first.on_entry = second.on_entry = keep;
  elsewhere.on_entry = [](sluice_entry& entry) { CHECK(entry.cached == nullptr); };
  rig.drain();
  for (int i = 0; i < 100; ++i) {
    publisher.picture({i * 40 * ms, i % 5 == 0});
    rig.drain();
  }
  CHECK(first.seen.size() == 100);
  CHECK(elsewhere.seen.size() == 100);
  CHECK(made == 100);
  CHECK(given_back >= 80);
  first.close();
  second.close();
  rig.drain();
  CHECK(given_back == 100);
  elsewhere.close();
}

TEST_CASE("a retained frame and its track outlive stream, publication and viewer") {
  Rig rig;
  const sluice_frame* kept = nullptr;
  {
    Publisher publisher(rig, "live/cam");
    rig.drain();
    Viewer viewer(rig, "live/cam");
    viewer.on_entry = [&](sluice_entry& entry) {
      if (kept == nullptr) rig.table->frame_retain(kept = entry.frame);
    };
    rig.drain();
    publisher.picture({0, true, false, 3000, {}});
    rig.drain();
    publisher.end();
    rig.drain();
    viewer.close();
    rig.drain();
    rig.pass(1s);
  }
  REQUIRE(kept != nullptr);
  CHECK(kept->spans[0].size == 3000);
  CHECK(kept->spans[0].data[2999] == 0);
  CHECK(kept->track->codec == SLUICE_CODEC_H264);
  CHECK(rig.engine.totals()["memory_used"] > 0);
  rig.table->frame_release(kept);
  rig.pass(1s);
  CHECK(rig.engine.totals()["memory_used"] == 0);
}

TEST_CASE("the host's loop: posts, timers, descriptors, and its end") {
  SystemClock clock;
  RecordedEvents events;
  ScriptedAuthoriser authoriser;
  Options options;
  options.memory_budget = 16u << 20;
  Engine engine(options, clock, events, authoriser);
  sluice::Seat seat;
  seat.id = "test";
  seat.host.engine = &engine;
  Lane* const lane = engine.lane_open(seat, 0);
  seat.lanes.push_back(lane);
  std::atomic<int> thrown = 0;
  // As the host runs it: what leaves a call of the module does not end the loop, nor cost it its watches.
  std::thread runner([&] {
    for (bool ended = false; !ended;) {
      try {
        lane->run();
        ended = true;
      } catch (int) {
        ++thrown;
      }
    }
  });

  struct Scene {
    const sluice_engine* table = sluice::abi::engine_table();
    sluice_lane* lane = nullptr;
    int pipe[2] = {-1, -1};
    sluice_watch* watch = nullptr;
    std::atomic<int> bytes{0};
    std::atomic<int> alarms{0};
    std::atomic<int> failures{0};
  } scene;
  REQUIRE(::pipe(scene.pipe) == 0);
  scene.lane = scene.table->lane_at(&seat, 0);
  const auto begin = [](void* ctx) {
    auto& s = *static_cast<Scene*>(ctx);
    const auto on_read = [](void* ctx, std::uint32_t events) {
      auto& s = *static_cast<Scene*>(ctx);
      char byte = 0;
      if ((events & SLUICE_WATCH_READ) == 0 || ::read(s.pipe[0], &byte, 1) != 1) ++s.failures;
      if (++s.bytes == 3) s.table->watch_stop(s.watch);
      if (s.bytes == 2) throw 2;
    };
    if (s.table->watch_start(s.lane, s.pipe[0], SLUICE_WATCH_READ, on_read, ctx, &s.watch) !=
        SLUICE_STATUS_OK)
      ++s.failures;
    sluice_timer* timer = nullptr;
    const std::int64_t due = std::chrono::steady_clock::now().time_since_epoch().count() + 5 * ms;
    const auto on_time = [](void* ctx) { ++static_cast<Scene*>(ctx)->alarms; };
    if (s.table->timer_start(s.lane, due, on_time, ctx, &timer) != SLUICE_STATUS_OK) ++s.failures;
  };
  CHECK(scene.table->lane_post(scene.lane, begin, &scene) == SLUICE_STATUS_OK);
  REQUIRE(::write(scene.pipe[1], "abc", 3) == 3);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while ((scene.bytes < 3 || scene.alarms < 1) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK(scene.bytes == 3);
  CHECK(scene.alarms == 1);
  CHECK(scene.failures == 0);
  engine.lane_end(lane);
  runner.join();
  CHECK(thrown == 1);
  CHECK(seat.ledger.empty());
  engine.lane_close(lane);
  ::close(scene.pipe[0]);
  ::close(scene.pipe[1]);
}

TEST_CASE("a module that leaves everything behind: the ledger takes it back, the lane's slot is free again") {
  Rig rig;
  sluice::Seat other;
  other.id = "sloppy";
  other.host.engine = &rig.engine;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  publisher.picture({0, true});
  for (int round = 0; round < 300; ++round) {  // more than there are slots
    Lane* const lane = rig.engine.lane_open(other, 0);
    REQUIRE(lane != nullptr);
    other.lanes = {lane};
    sluice_lane* const handle = rig.table->lane_at(&other, 0);
    sluice_timer* timer = nullptr;
    rig.table->timer_start(handle, INT64_MAX, count_up, nullptr, &timer);
    sluice_subscribe_request request{};
    request.struct_size = sizeof request;
    request.key = str("live/cam");
    request.peer = peer_of(false);
    sluice_subscribe_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status, sluice_subscription*, const sluice_err*) { count_up(ctx); };
    calls.on_ready = [](void*, sluice_subscription*) {};
    int done = 0;
    rig.registry->subscribe_begin(&other, handle, &request, &calls, &done, nullptr, nullptr);
    rig.table->lane_drain(handle);
    CHECK(done == 1);
    int never = 0;
    rig.registry->subscribe_begin(&other, handle, &request, &calls, &never, nullptr,
                                  nullptr);  // left under way
    sluice_registry_watch* watch = nullptr;
    rig.registry->watch_start(&other, handle, 0, [](void*, const sluice_change*) {}, nullptr, &watch);
    publisher.picture({(round + 1) * 40 * ms, false});
    rig.engine.kick("live/none", std::nullopt, "");
    rig.engine.lane_end(lane);
    const auto found = other.ledger.reclaim_all();
    CHECK(found[static_cast<std::size_t>(sluice::modules::Ledger::Kind::subscription)] == 1);
    CHECK(found[static_cast<std::size_t>(sluice::modules::Ledger::Kind::operation)] == 1);
    CHECK(found[static_cast<std::size_t>(sluice::modules::Ledger::Kind::timer)] == 1);
    CHECK(found[static_cast<std::size_t>(sluice::modules::Ledger::Kind::watch)] == 1);
    CHECK(never == 0);
    rig.engine.lane_close(lane);
    rig.engine.tick();
  }
  CHECK(rig.engine.viewers("").empty());
}
