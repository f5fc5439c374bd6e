#include "observe/events.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace sluice::observe;
using sluice::engine::ManualClock;

namespace {

// A lane by hand: what was posted runs when the test says so.
struct Lane {
  std::deque<std::pair<void (*)(void*), void*>> inbox;
  std::size_t room = 100;

  Events::Post post() {
    return [this](void (*fn)(void*), void* ctx) {
      if (inbox.size() >= room) return false;
      inbox.emplace_back(fn, ctx);
      return true;
    };
  }
  void run() {
    while (!inbox.empty()) {
      const auto [fn, ctx] = inbox.front();
      inbox.pop_front();
      fn(ctx);
    }
  }
};

struct Ear {
  std::vector<std::string> kinds;
  std::vector<std::uint64_t> numbers;
  static void hear(void* ctx, const Event& event) {
    static_cast<Ear*>(ctx)->kinds.push_back(event.kind);
    static_cast<Ear*>(ctx)->numbers.push_back(event.number);
  }
};

}  // namespace

TEST_CASE("a listener hears later events of its prefix, in order, on its lane only") {
  ManualClock clock;
  Events events(clock);
  Lane lane;
  Ear ear;
  events.emit("publish.started", "live/a", "m", "{}");
  auto* listener = events.subscribe("publish.", lane.post(), &Ear::hear, &ear);
  events.emit("publish.lost", "live/a", "m", "{}");
  events.emit("play.started", "live/a", "m", "{}");
  events.emit("publish.ended", "live/a", "m", "{}");
  CHECK(ear.kinds.empty());
  CHECK(lane.inbox.size() == 1);  // one wake-up however many events
  lane.run();
  CHECK(ear.kinds == std::vector<std::string>{"publish.lost", "publish.ended"});
  CHECK(ear.numbers == std::vector<std::uint64_t>{2, 4});
  events.unsubscribe(listener);
  events.emit("publish.started", "live/b", "m", "{}");
  CHECK(lane.inbox.empty());
}

TEST_CASE("a slow listener loses events and the gap in the numbers says how many") {
  ManualClock clock;
  Events events(clock);
  Lane lane;
  Ear ear;
  auto* listener = events.subscribe("", lane.post(), &Ear::hear, &ear);
  for (std::size_t i = 0; i < Events::queued_per_listener + 10; ++i) events.emit("x", "", "", "{}");
  CHECK(events.lost() == 10);
  lane.run();
  CHECK(ear.numbers.size() == Events::queued_per_listener);
  events.emit("x", "", "", "{}");
  lane.run();
  CHECK(ear.numbers.back() - ear.numbers[ear.numbers.size() - 2] == 11);
  events.unsubscribe(listener);
}

TEST_CASE("a post that was refused is made up for by the next event") {
  ManualClock clock;
  Events events(clock);
  Lane lane;
  lane.room = 0;
  Ear ear;
  auto* listener = events.subscribe("", lane.post(), &Ear::hear, &ear);
  events.emit("a", "", "", "{}");
  CHECK(lane.inbox.empty());
  lane.room = 100;
  events.emit("b", "", "", "{}");
  lane.run();
  CHECK(ear.kinds == std::vector<std::string>{"a", "b"});
  events.unsubscribe(listener);
}

TEST_CASE("nothing is heard after unsubscribe, not even what was on its way") {
  ManualClock clock;
  Events events(clock);
  Lane lane;
  Ear ear;
  auto* listener = events.subscribe("", lane.post(), &Ear::hear, &ear);
  events.emit("a", "", "", "{}");
  events.unsubscribe(listener);
  lane.run();
  CHECK(ear.kinds.empty());

  SECTION("also when a listener ends itself while it hears") {
    struct Once {
      Events& events;
      EventSubscription* self = nullptr;
      int heard = 0;
    } once{events};
    once.self = events.subscribe(
        "", lane.post(),
        [](void* ctx, const Event&) {
          auto& me = *static_cast<Once*>(ctx);
          ++me.heard;
          me.events.unsubscribe(me.self);
        },
        &once);
    events.emit("a", "", "", "{}");
    events.emit("b", "", "", "{}");
    lane.run();
    CHECK(once.heard == 1);
  }
}

TEST_CASE("the memory of events is bounded and can be read from any number on") {
  ManualClock clock;
  Events events(clock);
  for (std::size_t i = 0; i < Events::remembered + 5; ++i) events.emit("x", "", "", "");
  CHECK(events.recent(0, 10'000).size() == Events::remembered);
  CHECK(events.recent(0, 10'000).front().number == 6);
  CHECK(events.recent(Events::remembered + 3, 10'000).size() == 2);
  CHECK(events.recent(0, 3).size() == 3);
  CHECK(events.recent(0, 1).front().details == "{}");
  events.emit("big", "", "", std::string(Events::max_details + 1, 'x'));
  CHECK(events.recent(Events::remembered + 5, 1).front().details == "{}");
}

TEST_CASE("telling and ending from several threads at once") {
  ManualClock clock;
  Events events(clock);
  std::vector<std::thread> tellers;
  for (int i = 0; i < 3; ++i) {
    tellers.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) events.emit("x", "", "", "{}");
    });
  }
  for (int n = 0; n < 500; ++n) {
    Lane lane;
    std::mutex mutex;
    Ear ear;
    auto post = [&](void (*fn)(void*), void* ctx) {
      std::lock_guard lock(mutex);
      lane.inbox.emplace_back(fn, ctx);
      return true;
    };
    auto* listener = events.subscribe("", post, &Ear::hear, &ear);
    events.unsubscribe(listener);
    std::lock_guard lock(mutex);
    lane.run();
    CHECK(ear.kinds.empty());
  }
  for (auto& teller : tellers) teller.join();
  CHECK(events.recent(0, 1'000'000).back().number == 6000);
}
