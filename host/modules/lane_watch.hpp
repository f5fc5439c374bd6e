// Whether a module's lanes come round, and what the module says of its own health.
//
// A lane writes down when it drains, sleeps and wakes (Lane::pulse); looking at that from outside costs the
// lane nothing and wakes nobody. What it cannot show is a loop of the module's own that blocks while the lane
// is said to sleep: such a lane is late from when it is seen kicked and does not wake, and is kicked once a
// second.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "modules/loader.hpp"

namespace sluice::engine {
class Lane;
struct Pulse;
}  // namespace sluice::engine

namespace sluice::modules {

class LaneThreads;

// How long a lane may stay away; from engine::late_after on it is counted.
struct LanePatience {
  std::chrono::milliseconds warn{2'000};    // then the log says where its thread is
  std::chrono::milliseconds stuck{10'000};  // then its module is unwell
};

class LaneWatch {
 public:
  explicit LaneWatch(const std::vector<engine::Lane*>& lanes, const LanePatience& patience = {});
  ~LaneWatch();

  // About once a second. Asks the module how it is, on its first lane, and kicks lanes that may seem to
  // sleep. Both outlive the lanes' threads.
  void ask(std::int64_t now, const Negotiated& module);

  // A lane that has been away for too long; told once per stall.
  struct Stall {
    unsigned lane = 0;
    std::int64_t away = 0;  // ns, so far
    std::string where;      // its thread's innermost calls; empty: the thread does not answer
  };
  // Several times a second, from one thread. Waits for nobody: where a thread is comes on a later turn.
  std::vector<Stall> look(std::int64_t now, LaneThreads& threads);

  struct Report {
    bool degraded = false;  // the module says so, or a lane is stuck
    std::string reason;
    std::vector<std::int64_t> away;  // ns, of each lane; 0: less than late
  };
  Report report(std::int64_t now) const;  // [any]

 private:
  struct Beat;
  static void answer(void* beat);
  void hear_module();
  std::int64_t away(const Beat& beat, const engine::Pulse& pulse, std::int64_t now) const;

  const LanePatience patience_;
  std::vector<std::unique_ptr<Beat>> beats_;
  mutable std::mutex mutex_;
  const Negotiated* module_ = nullptr;
  bool degraded_ = false;
  std::string reason_;
};

}  // namespace sluice::modules
