// A message to a lane that is part of its sender: sending allocates nothing and cannot fail.
#pragma once

#include <atomic>

namespace sluice::engine {

class Lane;

struct Letter {
  // Called on the lane's thread. `lane_runs` is false when the lane ended before the letter was read: then
  // only clean up. The letter may be sent again, or freed, from within.
  using Deliver = void (*)(Letter& letter, bool lane_runs);

  explicit Letter(Deliver how) : deliver(how) {}
  Letter(const Letter&) = delete;
  Letter& operator=(const Letter&) = delete;

  Deliver deliver;
  Letter* next = nullptr;
  std::atomic<bool> queued{false};  // in some lane's list; must not be freed
};

}  // namespace sluice::engine
