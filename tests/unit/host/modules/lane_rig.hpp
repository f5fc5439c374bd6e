// Lanes of one made-up module on real threads, blocked on demand.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"
#include "engine/ports.hpp"
#include "modules/lane_threads.hpp"

namespace sluice::modules::rig {

struct NoEvents final : engine::EventSink {
  void emit(std::string_view, std::string_view, std::string_view, std::string) override {}
};
struct SaysYes final : engine::Authoriser {
  void authorise(engine::AuthQuestion, std::function<void(engine::AuthDecision)> answer) override {
    answer({true, ""});
  }
};

inline bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

// Holds up whoever passes until it is opened.
class Barrier {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting;
    opened_.wait(lock, [this] { return open_; });
  }
  std::atomic<int> waiting{0};

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

class LaneRig {
 public:
  // Without a body: the host's own loop.
  explicit LaneRig(
      unsigned lanes, LaneThreads::Body body = [](engine::Lane& lane, unsigned) { lane.run(); })
      : engine_(
            [] {
              engine::Options options;
              options.memory_budget = 16u << 20;
              return options;
            }(),
            clock, events_, authoriser_) {
    seat.id = "rig";
    seat.host.engine = &engine_;
    seat.host.clock = &clock;
    for (unsigned i = 0; i < lanes; ++i) seat.lanes.push_back(engine_.lane_open(seat, i));
    threads.start(seat.id, seat.lanes, std::move(body));
  }
  ~LaneRig() {
    end();
    seat.ledger.reclaim_all();
    for (auto* const lane : seat.lanes) engine_.lane_close(lane);
  }
  void end() {
    barrier.open();
    for (auto* const lane : seat.lanes) engine_.lane_end(lane);
    CHECK(threads.join(std::chrono::seconds(10)));
  }
  // One lane, until the barrier is opened.
  void block(unsigned lane = 0) {
    const auto pass = [](void* context) { static_cast<Barrier*>(context)->pass(); };
    REQUIRE(seat.lanes[lane]->post(pass, &barrier) == engine::Errc::ok);
    REQUIRE(eventually([&] { return barrier.waiting == 1; }));
  }

  Barrier barrier;
  engine::SystemClock clock;
  Seat seat;
  LaneThreads threads;

 private:
  NoEvents events_;
  SaysYes authoriser_;
  engine::Engine engine_;
};

}  // namespace sluice::modules::rig
