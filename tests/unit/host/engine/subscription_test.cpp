// The lag policy of a subscription, through the C tables.
#include <algorithm>

#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

namespace {

// 25 pictures a second, a key each second, a sound frame beside each picture.
struct Show {
  Show(Rig& rig, std::string_view key) : publisher(rig, key) {
    rig.drain();
    publisher.video();
    publisher.audio();
  }
  void play(int frames, std::size_t size = 1000, bool disposables = false) {
    for (int i = 0; i < frames; ++i, ++at) {
      const bool key = at % 25 == 0;
      publisher.picture({at * 40 * ms, key, disposables && !key && at % 2 == 1, size, {}});
      publisher.sound(at * 40 * ms + 10 * ms, 20);
    }
  }
  Publisher publisher;
  std::int64_t at = 0;
};

std::vector<std::int64_t> sounds(const Viewer& viewer) {
  std::vector<std::int64_t> all;
  for (const Seen& frame : viewer.seen) {
    if (!frame.video()) all.push_back(frame.dts / ms);
  }
  return all;
}

// Each video frame follows its predecessor, or is a key.
bool decodable(const Viewer& viewer) {
  std::int64_t last = -1;
  for (const Seen& frame : viewer.seen) {
    if (!frame.video()) continue;
    if (!frame.key() && frame.dts != last + 40 * ms) return false;
    last = frame.dts;
  }
  return true;
}

}  // namespace

TEST_CASE("a viewer that keeps up is never skipped, however large a burst is") {
  Rig rig;
  Show show(rig, "live/cam");
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 10'000, 0});
  rig.drain();
  show.play(200, 5'000);  // 1 MB in one go against a bound of 10 kB
  rig.drain();
  CHECK(viewer.seen.size() == 400);
  CHECK(viewer.skipped == 0);
}

TEST_CASE("what was cached before the join does not count as lag") {
  Rig rig;
  Show show(rig, "live/cam");
  show.play(200, 5'000);
  Viewer viewer(rig, "live/cam", {SLUICE_START_CACHE, 10'000, 0, 0, 7});
  rig.drain();
  CHECK(viewer.seen.size() == 400);
  CHECK(viewer.skipped == 0);
}

TEST_CASE("over the byte bound video goes on at a later key frame and sound has no gap") {
  Rig rig;
  Show show(rig, "live/cam");
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 20'000, 0});
  rig.drain();
  show.play(1);
  rig.drain();
  REQUIRE(viewer.seen.size() == 2);
  viewer.reading = false;
  show.play(1);
  rig.drain();
  show.play(58);  // 58 kB behind, keys at 25 and 50
  rig.drain();
  viewer.read_all();
  CHECK(viewer.skipped > 0);
  CHECK(decodable(viewer));
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 60; ++i) expected.push_back(i * 40 + 10);
  CHECK(sounds(viewer) == expected);
  std::vector<std::int64_t> pictures;
  for (const Seen& frame : viewer.seen) {
    if (frame.video()) pictures.push_back(frame.dts / (40 * ms));
  }
  CHECK(pictures.front() == 0);
  CHECK(std::find(pictures.begin(), pictures.end(), 50) != pictures.end());
  CHECK(pictures.size() == 1 + 10);  // 50..59
  CHECK(viewer.skipped == 49);
}

TEST_CASE("without a later key the viewer waits for one, and sound goes on meanwhile") {
  Rig rig;
  Show show(rig, "live/cam");
  show.play(1);
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 5'000, 0});
  rig.drain();
  viewer.reading = false;
  show.play(1);
  rig.drain();
  show.play(18);
  rig.drain();
  viewer.read_all();  // 18 kB behind, the newest key is frame 0, which it has
  CHECK(std::count_if(viewer.seen.begin(), viewer.seen.end(), [](const Seen& f) { return f.video(); }) == 1);
  CHECK(sounds(viewer).size() == 20);
  viewer.reading = true;
  show.play(10);  // key at 25
  rig.drain();
  CHECK(decodable(viewer));
  CHECK(viewer.seen.back().dts == 29 * 40 * ms + 10 * ms);
  CHECK(std::count_if(viewer.seen.begin(), viewer.seen.end(), [](const Seen& f) { return f.video(); }) == 6);
}

TEST_CASE("over the time bound old sound passes by as well") {
  Rig rig;
  Show show(rig, "live/cam");
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 0, 1'000 * ms});
  rig.drain();
  show.play(1);
  rig.drain();
  viewer.reading = false;
  show.play(1);
  rig.drain();
  show.play(200);
  rig.drain();
  viewer.read_all();
  CHECK(decodable(viewer));
  const auto heard = sounds(viewer);
  CHECK(heard.front() == 10);
  CHECK(heard[1] >= 202 * 40 - 1'100);
  CHECK(viewer.seen.back().dts == 201 * 40 * ms + 10 * ms);
}

TEST_CASE("disposable frames go first, and may be enough") {
  Rig rig;
  Show show(rig, "live/cam");
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 30'000, 0});
  rig.drain();
  show.play(1, 1000, true);
  rig.drain();
  viewer.reading = false;
  show.play(1, 1000, true);
  rig.drain();
  show.play(40, 1000, true);  // 41 kB behind, half of it disposable
  rig.drain();
  viewer.read_all();
  for (const Seen& frame : viewer.seen) {
    if (frame.dts > 2 * 40 * ms) CHECK((frame.flags & SLUICE_FRAME_DISPOSABLE) == 0);
  }
  // frames 0, 2, 4 ... 40 and the key 25: every picture that others refer to is there
  CHECK(std::count_if(viewer.seen.begin(), viewer.seen.end(), [](const Seen& f) {
          return f.video() && (f.flags & SLUICE_FRAME_DISPOSABLE) == 0;
        }) == 22);
  CHECK(sounds(viewer).size() == 42);
  viewer.reading = true;
  show.play(20, 1000, true);
  rig.drain();
  CHECK(viewer.seen.back().dts == 61 * 40 * ms + 10 * ms);
}

TEST_CASE("a viewer that reads nothing for 10 s is closed with a reason; one that reads a little is not") {
  Rig rig;
  Show show(rig, "live/cam");
  Viewer stuck(rig, "live/cam");
  Viewer slow(rig, "live/cam");
  rig.drain();
  show.play(1);
  rig.drain();
  stuck.reading = slow.reading = false;
  for (int i = 0; i < 12; ++i) {
    show.play(25);
    rig.pass(1s);
    CHECK(stuck.closed == (i >= 10 ? 1 : 0));
    slow.read(1);
  }
  CHECK(stuck.why == SLUICE_STATUS_LIMIT);
  CHECK(stuck.message == "read nothing for 10 s");
  CHECK(slow.closed == 0);
  CHECK(rig.events.count("subscription.evicted") == 1);
  CHECK(rig.events.count("subscription.lagged") >= 1);
  CHECK(stuck.read(1) == 0);
  CHECK(stuck.last == SLUICE_STATUS_LIMIT);
  stuck.close();
  slow.close();
}

TEST_CASE("a viewer that fell out of the cache goes on at the newest key in it") {
  Options options;
  options.app_options = [](std::string_view) {
    AppOptions app;
    app.cache_frames = 64;
    return app;
  };
  Rig rig(options);
  Show show(rig, "live/cam");
  Viewer viewer(rig, "live/cam");
  rig.drain();
  show.play(1);
  rig.drain();
  viewer.reading = false;
  show.play(1);
  rig.drain();
  for (int i = 0; i < 100; ++i) {
    show.play(1);
    rig.drain();
  }
  viewer.read_all();
  CHECK(decodable(viewer));
  CHECK(viewer.skipped > 0);
  CHECK(viewer.seen.back().dts == 101 * 40 * ms + 10 * ms);
  const auto first_after =
      std::find_if(viewer.seen.begin() + 4, viewer.seen.end(), [](const Seen& f) { return f.video(); });
  REQUIRE(first_after != viewer.seen.end());
  CHECK(first_after->key());
}

TEST_CASE(
    "an audio-only stream: the cache from its oldest frame, a join at its newest, a skip without keys") {
  Rig rig;
  Publisher publisher(rig, "live/radio");
  rig.drain();
  for (int i = 0; i < 100; ++i) publisher.sound(i * 20 * ms);
  Viewer all(rig, "live/radio", {SLUICE_START_CACHE, 0, 0});
  Viewer newest(rig, "live/radio");
  Viewer live(rig, "live/radio", {SLUICE_START_LIVE, 0, 1'000 * ms});
  rig.drain();
  CHECK(all.numbers() == numbers(1, 100));
  CHECK(newest.numbers() == numbers(100, 100));
  CHECK(live.seen.empty());
  publisher.sound(100 * 20 * ms);
  rig.drain();
  CHECK(live.numbers() == numbers(101, 101));
  live.reading = false;
  publisher.sound(101 * 20 * ms);
  rig.drain();
  for (int i = 102; i < 400; ++i) publisher.sound(i * 20 * ms);
  rig.drain();
  live.read_all();
  CHECK(live.skipped > 200);
  CHECK(live.seen.back().seq == 400);
}
