// Lost wake-ups: a burst of frames, then silence until every viewer has seen all of it. One viewer per lane,
// so that nothing else ever wakes the lane; some leave and come back between the frames of a burst.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "stress.hpp"

namespace stress {

namespace {

constexpr const char* scene = "wake";
constexpr double patience = 8;              // s: only a lost wake-up takes so long
constexpr std::int64_t longest_sleep = 60;  // s: longer, so that nothing heals by itself

// How a lane waits when it has nothing to do.
enum class Wait { spin, look, sleep };

class Watcher {
 public:
  Watcher(Stage& stage, sluice_lane* lane, const std::string& key, std::uint64_t seed)
      : stage_(stage), lane_(lane), key_(key), random_(seed) {}

  void run(Wait wait, bool restless) {
    join();
    for (;;) {
      const sluice_status status = stage_.table->lane_drain(lane_);
      if (status == SLUICE_STATUS_GONE) return;
      if (restless && handle_ != nullptr && random_.once_in(3)) {
        stage_.registry->subscription_close(handle_, {});
        handle_ = nullptr;
        join();
        continue;
      }
      if (status == SLUICE_STATUS_BUSY || wait == Wait::spin) continue;
      if (wait == Wait::sleep) {
        block(stage_.table, lane_, longest_sleep * 1'000'000'000);
      } else {
        look();
      }
    }
  }

  std::atomic<std::uint64_t> seen{0};  // number of the newest frame read

 private:
  void join() {
    sluice_subscribe_request request{};
    request.struct_size = sizeof request;
    request.key = {key_.data(), key_.size()};
    request.start = SLUICE_START_KEY;
    sluice_subscribe_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status status, sluice_subscription* subscription,
                       const sluice_err*) {
      // Not found: the scene is over.
      if (status != SLUICE_STATUS_OK && status != SLUICE_STATUS_NOT_FOUND) fail(scene, "could not subscribe");
      static_cast<Watcher*>(ctx)->handle_ = subscription;
    };
    calls.on_ready = [](void* ctx, sluice_subscription* subscription) {
      static_cast<Watcher*>(ctx)->read(subscription);
    };
    calls.on_closed = [](void* ctx, sluice_status, sluice_str) {
      auto& self = *static_cast<Watcher*>(ctx);
      self.stage_.registry->subscription_close(self.handle_, {});
      self.handle_ = nullptr;
    };
    stage_.registry->subscribe_begin(&stage_.seat, lane_, &request, &calls, this, nullptr, nullptr);
  }

  void read(sluice_subscription* subscription) {
    sluice_batch batch{};
    batch.struct_size = sizeof batch;
    while (stage_.table->read(subscription, 16, &batch) == SLUICE_STATUS_OK && batch.count != 0) {
      const sluice_frame& last = *batch.entries[batch.count - 1].frame;
      check_frame(scene, last, last.seq, 1);
      seen.store(last.seq, std::memory_order_relaxed);
    }
  }

  // Says it sleeps and looks for the kick without giving up its core: many more turns a second.
  void look() {
    std::int64_t wake_at = 0;
    if (stage_.table->lane_sleep(lane_, &wake_at) != SLUICE_STATUS_OK) return;
    const Deadline deadline(longest_sleep);
    const int fd = stage_.table->lane_fd(lane_);
    while (!kicked(fd) && !deadline.over()) {
    }
    stage_.table->lane_awake(lane_);
  }
  static bool kicked(int fd);

  Stage& stage_;
  sluice_lane* lane_;
  const std::string& key_;
  Random random_;
  sluice_subscription* handle_ = nullptr;
};

}  // namespace
}  // namespace stress

namespace stress {
namespace {

bool Watcher::kicked(int fd) {
  std::uint64_t kicks = 0;
  return ::read(fd, &kicks, sizeof kicks) == sizeof kicks;
}

void burst(Writer& writer, Random& random) {
  const std::uint64_t frames = 1 + random.below(4);
  for (std::uint64_t i = 0; i < frames; ++i) {
    writer.write(writer.written() % 8 == 0, 64);
    for (std::uint64_t spin = random.below(200); spin > 0; --spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

void run_with(const Settings& settings, Wait wait, bool restless, unsigned rate, double seconds) {
  pause_rate = rate;
  AppOptions app;
  app.cache_frames = 32;
  app.lag_bytes = UINT64_MAX / 2;
  app.lag_time = std::chrono::hours(1'000);
  app.idle_timeout = app.first_frame_timeout = std::chrono::seconds(0);
  const unsigned lanes = wait == Wait::sleep ? settings.lanes : 1;
  Stage stage(lanes + 1, app, false);
  const std::string key = "wake/one";
  Writer writer(stage, stage.lane(lanes));
  writer.begin(key, 1);
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (unsigned i = 0; i < lanes; ++i) {
    watchers.push_back(std::make_unique<Watcher>(stage, stage.lane(i), key, settings.seed * 31 + i));
    stage.start(i,
                [&watcher = *watchers.back(), wait, restless](sluice_lane*) { watcher.run(wait, restless); });
  }
  cpu_set_t before;
  ::sched_getaffinity(0, sizeof before, &before);
  if (wait != Wait::sleep) pin(0);
  Random random(settings.seed + rate);
  const Deadline deadline(seconds);
  std::uint64_t bursts = 0;
  for (; !deadline.over(); ++bursts) {
    burst(writer, random);
    const Deadline lost(patience);
    for (const auto& watcher : watchers) {
      for (unsigned turn = 1; watcher->seen.load(std::memory_order_relaxed) != writer.written(); ++turn) {
        if (turn % 1024 != 0) continue;
        if (lost.over()) fail(scene, "a wake-up was lost in burst " + std::to_string(bursts));
        if (turn % 4096 == 0) std::this_thread::yield();
      }
    }
  }
  ::sched_setaffinity(0, sizeof before, &before);
  writer.end();
  stage.stop();
  std::printf("wake: %lu bursts, waiting %d%s, pauses %u\n", static_cast<unsigned long>(bursts),
              static_cast<int>(wait), restless ? ", restless" : "", rate);
}

}  // namespace

void run_wake(const Settings& settings) {
  const double share = settings.seconds / 6;
  run_with(settings, Wait::spin, false, 0, share);
  run_with(settings, Wait::look, false, 0, share);
  run_with(settings, Wait::sleep, false, 0, share);
  run_with(settings, Wait::spin, false, 16, share);
  run_with(settings, Wait::look, false, 16, share);
  run_with(settings, Wait::sleep, false, 16, share);
  pause_rate = 64;
}

void run_join(const Settings& settings) {
  run_with(settings, Wait::sleep, true, 16, settings.seconds);
  pause_rate = 64;
}

}  // namespace stress
