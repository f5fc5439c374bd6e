#include "kit/misuse.hpp"

#include <algorithm>
#include <utility>

#include "kit/rules.hpp"

namespace sluice::kit {

void Misuses::note(Misuse misuse) {
  const std::lock_guard lock(mutex_);
  const bool known = std::any_of(seen_.begin(), seen_.end(), [&](const Misuse& one) {
    return one.rule == misuse.rule && one.finding == misuse.finding;
  });
  if (!known && seen_.size() < most) seen_.push_back(std::move(misuse));
}

std::vector<Misuse> Misuses::all() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void Misuses::clear() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
}

Misuses& misuses() {
  static auto* const seen = new Misuses;  // a thread that was left behind may still tell
  return *seen;
}

void note_call(CallFault fault, const std::string& finding) {
  if (fault == CallFault::thread) {
    misuses().note(
        {rule_threads, finding, "Call it on its own lane: sluice_engine.lane_post brings a call there."});
  } else {
    misuses().note({"R12", finding,
                    "Forget a handle where it ends: when it is closed, or when the callback that ends it is "
                    "called."});
  }
}

}  // namespace sluice::kit
