#include "sluice/mux/ts/pcr.hpp"

#include <algorithm>

namespace sluice::mux::ts {
namespace {

constexpr int64_t filler_step = 36 * milliseconds;
constexpr int64_t one_microsecond = 1000;

}  // namespace

void PcrClock::restart() {
  last_.reset();
  newest_.clear();
}

void PcrClock::forget(uint32_t track) { newest_.erase(track); }

bool PcrClock::advance(uint32_t track, int64_t dts, bool paces) {
  const auto known = newest_.find(track);
  bool broke = known != newest_.end() && dts < known->second;
  int64_t leader = dts;
  for (const auto& [id, newest] : newest_) leader = std::max(leader, newest);
  if (last_ && leader - delay_ - *last_ > max_gap) broke = true;
  if (broke) {
    restart();
    leader = dts;
  }
  if (paces) newest_[track] = dts;
  int64_t slowest = leader;
  for (const auto& [id, newest] : newest_) {
    if (leader - newest <= max_wait) slowest = std::min(slowest, newest);
  }
  target_ = std::min(leader - delay_, slowest);
  if (last_ && dts < *last_) ++late_;
  return broke;
}

std::optional<int64_t> PcrClock::filler() {
  if (!last_ || target_ - *last_ <= max_interval) return std::nullopt;
  *last_ += filler_step;
  return last_;
}

std::optional<int64_t> PcrClock::reference(bool force, bool wanted) {
  if (!last_) return last_ = target_;
  if (target_ > *last_ && wanted) return last_ = target_;
  if (!force) return std::nullopt;
  *last_ += one_microsecond;
  return last_;
}

}  // namespace sluice::mux::ts
