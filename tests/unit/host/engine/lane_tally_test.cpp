// What a lane writes down about itself: what it holds, what it lost, how it slept, whether it came round.
#include "engine/lane_tally.hpp"

#include <poll.h>

#include <thread>

#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

namespace {

void nothing(void*) {}

LaneFigures figures(const Rig& rig, unsigned lane = 0) { return rig.seat.lanes[lane]->figures(); }

}  // namespace

TEST_CASE("held: what windows have of the log, on each lane that watches, until the last viewer leaves") {
  Options options;
  options.app_options = [](std::string_view) {
    AppOptions app;
    app.cache_frames = 4;
    return app;
  };
  Rig rig(options, 2);
  Publisher publisher(rig, "live/cam", 1);
  rig.drain();
  Viewer first(rig, "live/cam");
  Viewer second(rig, "live/cam");
  rig.drain();
  CHECK(figures(rig).window_frames == 0);
  publisher.picture({0, true, false, 1000, {}});
  publisher.picture({40 * ms, false, false, 200, {}});
  rig.drain();
  CHECK(figures(rig).window_frames == 2);  // once for both viewers
  CHECK(figures(rig).window_bytes == 1200);
  CHECK(figures(rig, 1).window_frames == 0);
  for (int i = 2; i < 20; ++i) {
    publisher.picture({i * 40 * ms, false, false, 100, {}});
    rig.drain();
  }
  CHECK(figures(rig).window_frames <= 5);
  CHECK(figures(rig).window_bytes == 100 * figures(rig).window_frames);
  first.close();
  rig.drain();
  CHECK(figures(rig).window_frames > 0);
  second.close();
  rig.drain();
  CHECK(figures(rig).window_frames == 0);
  CHECK(figures(rig).window_bytes == 0);
}

TEST_CASE("retained frames are on the account of the lane whose thread retained them") {
  Rig rig({}, 2);
  Publisher publisher(rig, "live/cam", 1);
  rig.drain();
  const sluice_frame* kept = nullptr;
  Viewer viewer(rig, "live/cam");
  viewer.on_entry = [&](sluice_entry& entry) { kept = entry.frame; };
  rig.drain();
  publisher.picture({0, true, false, 700, {}});
  rig.drain();
  REQUIRE(kept != nullptr);

  rig.table->frame_retain(kept);  // on a thread that serves nobody
  CHECK(figures(rig).retained_frames == 0);
  rig.table->frame_release(kept);
  {
    const Lane::OnBehalf serves(*rig.seat.lanes[0]);
    rig.table->frame_retain(kept);
    rig.table->frame_retain(kept);
  }
  CHECK(figures(rig).retained_frames == 2);
  CHECK(figures(rig).retained_bytes == 1400);
  std::thread other([&] {
    const Lane::OnBehalf serves(*rig.seat.lanes[1]);
    rig.table->frame_release(kept);
    rig.table->frame_release(kept);
  });
  other.join();
  // Neither lane for itself, but both together.
  CHECK(figures(rig, 0).retained_frames + figures(rig, 1).retained_frames == 0);
  CHECK(figures(rig, 0).retained_bytes + figures(rig, 1).retained_bytes == 0);
}

TEST_CASE("drafts are held from begin until they are published or abandoned, whatever becomes of them") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  const auto begin = [&] {
    sluice_draft draft{};
    draft.struct_size = sizeof draft;
    REQUIRE(rig.table->frame_begin(publisher.handle, 100, &draft) == SLUICE_STATUS_OK);
    return draft;
  };
  auto one = begin();
  auto two = begin();
  CHECK(rig.engine.holdings(rig.seat).drafts == 2);
  rig.table->frame_abandon(publisher.handle, &one);
  CHECK(rig.engine.holdings(rig.seat).drafts == 1);
  sluice_frame_facts facts{};
  facts.struct_size = sizeof facts;
  facts.track = 77;  // no such track: the draft is gone all the same
  CHECK(rig.table->frame_publish(publisher.handle, &two, &facts) == SLUICE_STATUS_NOT_FOUND);
  CHECK(rig.engine.holdings(rig.seat).drafts == 0);
  publisher.picture({0, true});
  CHECK(rig.engine.holdings(rig.seat).drafts == 0);
  auto last = begin();
  rig.engine.kick("live/cam", std::nullopt, "");
  rig.drain();
  facts.track = publisher.video();
  CHECK(rig.table->frame_publish(publisher.handle, &last, &facts) == SLUICE_STATUS_GONE);
  CHECK(rig.engine.holdings(rig.seat).drafts == 0);
  CHECK(rig.engine.holdings(rig.seat).memory == 0);  // it has no stream any more
  publisher.end();
  CHECK(figures(rig).lost_drafts == 0);

  Publisher careless(rig, "live/other");
  rig.drain();
  CHECK(rig.engine.holdings(rig.seat).memory == 0);
  sluice_draft lost{};
  lost.struct_size = sizeof lost;
  REQUIRE(rig.table->frame_begin(careless.handle, 100, &lost) == SLUICE_STATUS_OK);
  CHECK(rig.engine.holdings(rig.seat).memory >= 100);
  careless.end();
  CHECK(figures(rig).lost_drafts == 1);
}

TEST_CASE("dropped and skipped: what a publication could not get out, what a viewer passed over") {
  Rig rig({}, 2);
  Publisher publisher(rig, "live/cam", 1);
  rig.drain();
  publisher.picture({0, false});  // before the first key frame
  publisher.picture({40 * ms, false});
  CHECK(figures(rig, 1).dropped == 2);
  publisher.picture({80 * ms, true});
  CHECK(figures(rig, 1).dropped == 2);

  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 0, 500 * ms, 0});
  rig.drain();
  viewer.reading = false;
  publisher.picture({120 * ms, false});
  rig.drain();
  for (int i = 4; i < 60; ++i) publisher.picture({i * 40 * ms, i % 10 == 0});
  rig.drain();
  viewer.reading = true;
  viewer.read_all();
  CHECK(viewer.skipped > 0);
  CHECK(figures(rig, 0).skipped == viewer.skipped);
  CHECK(figures(rig, 1).skipped == 0);
}

TEST_CASE(
    "inbox: depth now, the most there ever was, and refusals; a slot that is opened again begins at 0") {
  Options options;
  options.inbox_slots = 8;
  Rig rig(options);
  const auto post = [&] { return rig.table->lane_post(rig.lane(), nothing, nullptr); };
  for (int i = 0; i < 5; ++i) REQUIRE(post() == SLUICE_STATUS_OK);
  CHECK(figures(rig).inbox_depth == 5);
  rig.drain();
  CHECK(figures(rig).inbox_depth == 0);
  CHECK(figures(rig).inbox_highest == 5);
  post();
  CHECK(figures(rig).inbox_highest == 5);
  for (int i = 1; i < 8; ++i) post();
  CHECK(post() == SLUICE_STATUS_BUSY);
  CHECK(figures(rig).inbox_highest == 8);
  CHECK(figures(rig).inbox_refused == 1);

  Lane* const lane = rig.seat.lanes[0];
  rig.engine.lane_end(lane);
  rig.engine.lane_close(lane);
  REQUIRE(rig.engine.lane_open(rig.seat, 0) == lane);
  CHECK(figures(rig).inbox_highest == 0);
  CHECK(figures(rig).inbox_refused == 0);
  CHECK(figures(rig).wakeups == 0);
}

TEST_CASE("wake-ups are counted, and a pulse says busy since when or asleep until when") {
  Rig rig;
  Lane& lane = *rig.seat.lanes[0];
  CHECK(lane.pulse().busy_since == never);  // no thread yet
  lane.enter();
  CHECK(lane.pulse().busy_since == rig.clock.monotonic());
  rig.clock.advance(30ms);
  rig.drain();
  CHECK(lane.pulse().busy_since == rig.clock.monotonic());
  sluice_timer* timer = nullptr;
  const auto due = rig.clock.monotonic() + 70 * ms;
  rig.table->timer_start(rig.lane(), due, nothing, nullptr, &timer);
  std::int64_t wake_at = 0;
  REQUIRE(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
  CHECK(lane.pulse().busy_since == asleep);
  CHECK(lane.pulse().wake_at == due);
  CHECK_FALSE(lane.pulse().kicked);
  rig.table->lane_post(rig.lane(), nothing, nullptr);
  CHECK(lane.pulse().kicked);
  rig.clock.advance(10ms);
  rig.table->lane_awake(rig.lane());
  CHECK(lane.pulse().busy_since == rig.clock.monotonic());
  CHECK(lane.figures().wakeups == 1);
  lane.leave();
  CHECK(lane.pulse().busy_since == never);
}

TEST_CASE("a lane that comes round more than 200 ms late counts itself, unless who watches already has") {
  Rig rig;
  Lane& lane = *rig.seat.lanes[0];
  std::int64_t wake_at = 0;
  lane.enter();
  SECTION("busy, within one drain or between two") {
    rig.clock.advance(200ms);
    rig.drain();
    CHECK(lane.figures().late == 0);
    rig.clock.advance(201ms);
    rig.drain();
    CHECK(lane.figures().late == 1);
    rig.drain();
    CHECK(lane.figures().late == 1);
  }
  SECTION("busy until it sleeps") {
    rig.drain();
    rig.clock.advance(300ms);
    REQUIRE(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
    CHECK(lane.figures().late == 1);
    rig.clock.advance(10s);  // nobody wants anything of it
    rig.table->lane_awake(rig.lane());
    CHECK(lane.figures().late == 1);
  }
  SECTION("overslept") {
    sluice_timer* timer = nullptr;
    rig.drain();
    rig.table->timer_start(rig.lane(), rig.clock.monotonic() + 50 * ms, nothing, nullptr, &timer);
    REQUIRE(rig.table->lane_sleep(rig.lane(), &wake_at) == SLUICE_STATUS_OK);
    rig.clock.advance(251ms);
    rig.table->lane_awake(rig.lane());
    CHECK(lane.figures().late == 1);
  }
  SECTION("seen from outside first") {
    rig.drain();
    rig.clock.advance(300ms);
    lane.count_late(lane.pulse().stretch);
    CHECK(lane.figures().late == 1);
    rig.drain();
    CHECK(lane.figures().late == 1);
    rig.clock.advance(300ms);
    rig.drain();
    CHECK(lane.figures().late == 2);
  }
  SECTION("its thread has left") {
    lane.leave();
    rig.clock.advance(10s);
    rig.drain();
    CHECK(lane.figures().late == 0);
  }
}
