// The last viewer leaves while the last frame is written, and the stream is taken apart at once: the lane may
// let go of it only when no writer can put its link on the lane's list any more.
#include <sched.h>

#include <cstdio>
#include <string>

#include "stress.hpp"

namespace stress {
namespace {

constexpr const char* scene = "leave";

void linger(std::uint64_t turns) {
  for (; turns > 0; --turns) std::atomic_signal_fence(std::memory_order_seq_cst);
}

struct Meeting {
  std::atomic<std::uint64_t> stream{0};  // being published
  std::atomic<std::uint64_t> joined{0};
  std::atomic<std::uint64_t> ended{0};
  std::atomic<std::uint64_t> left{0};
};

std::string key_of(std::uint64_t number) { return "leave/" + std::to_string(number); }

void meet(const std::atomic<std::uint64_t>& what, std::uint64_t number) {
  const Deadline deadline(10);
  for (unsigned turn = 1; what.load(std::memory_order_acquire) != number; ++turn) {
    if (turn % 4096 != 0) continue;
    if (deadline.over()) fail(scene, "the other side does not come");
    std::this_thread::yield();
  }
}

class Guest {
 public:
  Guest(Stage& stage, sluice_lane* lane, Meeting& meeting, std::uint64_t seed)
      : stage_(stage), lane_(lane), meeting_(meeting), random_(seed) {}

  void run() {
    while (stage_.table->lane_drain(lane_) != SLUICE_STATUS_GONE) {
      const std::uint64_t now = meeting_.stream.load(std::memory_order_acquire);
      if (now == meeting_.left.load(std::memory_order_relaxed)) continue;
      if (!asked_) ask(now);
      if (handle_ == nullptr) continue;
      meeting_.joined.store(now, std::memory_order_release);
      linger(random_.below(3'000));
      stage_.registry->subscription_close(handle_, {});
      handle_ = nullptr;
      asked_ = false;
      stage_.table->lane_drain(lane_);  // where it lets go, if it thinks it may
      // As long as it takes to take the stream apart: a lane may well stand still for that time.
      meet(meeting_.ended, now);
      const std::uint64_t ticks = stage_.ticks.load(std::memory_order_acquire);
      while (stage_.ticks.load(std::memory_order_acquire) < ticks + 2) std::this_thread::yield();
      stage_.table->lane_drain(lane_);
      meeting_.left.store(now, std::memory_order_release);
    }
  }

 private:
  void ask(std::uint64_t number) {
    asked_ = true;
    const std::string key = key_of(number);
    sluice_subscribe_request request{};
    request.struct_size = sizeof request;
    request.key = {key.data(), key.size()};
    sluice_subscribe_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status status, sluice_subscription* subscription,
                       const sluice_err*) {
      if (status != SLUICE_STATUS_OK) fail(scene, "could not subscribe");
      static_cast<Guest*>(ctx)->handle_ = subscription;
    };
    calls.on_ready = [](void*, sluice_subscription*) {};
    stage_.registry->subscribe_begin(&stage_.seat, lane_, &request, &calls, this, nullptr, nullptr);
  }

  Stage& stage_;
  sluice_lane* lane_;
  Meeting& meeting_;
  Random random_;
  bool asked_ = false;
  sluice_subscription* handle_ = nullptr;
};

}  // namespace

void run_leave(const Settings& settings) {
  pause_rate = 4;
  pause_length = 200;
  Stage stage(2, {}, true);
  Meeting meeting;
  Guest guest(stage, stage.lane(0), meeting, settings.seed * 13);
  stage.start(0, [&guest](sluice_lane*) {
    pin(1);
    guest.run();
  });
  cpu_set_t before;
  ::sched_getaffinity(0, sizeof before, &before);
  pin(0);
  Writer writer(stage, stage.lane(1));
  Random random(settings.seed);
  const Deadline deadline(settings.seconds);
  std::uint64_t number = 0;
  while (!deadline.over()) {
    ++number;
    writer.begin(key_of(number), number);
    meeting.stream.store(number, std::memory_order_release);
    meet(meeting.joined, number);
    linger(random.below(3'000));
    writer.write(true, 64);
    writer.end();
    stage.table->lane_drain(stage.lane(1));
    meeting.ended.store(number, std::memory_order_release);
    meet(meeting.left, number);
  }
  ::sched_setaffinity(0, sizeof before, &before);
  stage.stop();
  pause_rate = 64;
  pause_length = 16;
  std::printf("leave: %lu streams\n", static_cast<unsigned long>(number));
}

}  // namespace stress
