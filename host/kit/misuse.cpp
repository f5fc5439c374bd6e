#include "kit/misuse.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace sluice::kit
