#include "kit/held_frames.hpp"

namespace sluice::kit {

void HeldFrames::lend(const sluice_frame& frame) {
  const std::lock_guard lock(mutex_);
  counts_.try_emplace(&frame, 0);
}

bool HeldFrames::retain(const sluice_frame* frame) { return count(frame, 1); }
bool HeldFrames::release(const sluice_frame* frame) { return count(frame, -1); }

bool HeldFrames::count(const sluice_frame* frame, int by) {
  const std::lock_guard lock(mutex_);
  const auto known = counts_.find(frame);
  if (known == counts_.end()) return false;
  known->second += by;
  return true;
}

std::map<const sluice_frame*, int> HeldFrames::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

HeldFrames& held_frames() {
  static auto* const held = new HeldFrames;
  return *held;
}

}  // namespace sluice::kit
