// Whether a module's lanes still come round to their inboxes, and what the module says of its own health.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "modules/loader.hpp"

namespace sluice::engine {
class Lane;
}

namespace sluice::modules {

class LaneWatch {
 public:
  static constexpr std::int64_t slow_after = 2'000'000'000;    // ns
  static constexpr std::int64_t stuck_after = 10'000'000'000;  // ns

  explicit LaneWatch(const std::vector<engine::Lane*>& lanes);
  ~LaneWatch();

  // Asks each lane that owes no answer; the first one also asks the module. Both outlive the lanes' threads.
  void ask(std::int64_t now, const Negotiated& module);

  struct Report {
    bool degraded = false;  // the module says so, or a lane is stuck
    std::string reason;
    std::size_t slow_lanes = 0;
  };
  Report report(std::int64_t now) const;  // [any]

 private:
  struct Beat;
  static void answer(void* beat);
  void hear_module();

  std::vector<std::unique_ptr<Beat>> beats_;
  mutable std::mutex mutex_;
  const Negotiated* module_ = nullptr;
  bool degraded_ = false;
  std::string reason_;
};

}  // namespace sluice::modules
