#include "modules/lane_watch.hpp"

#include <atomic>
#include <cstring>

#include "engine/lane.hpp"

namespace sluice::modules {

struct LaneWatch::Beat {
  LaneWatch& watch;
  engine::Lane& lane;
  unsigned index;
  std::atomic<std::int64_t> asked{0};  // 0: no answer is owed
};

LaneWatch::LaneWatch(const std::vector<engine::Lane*>& lanes) {
  for (unsigned index = 0; index < lanes.size(); ++index) {
    beats_.push_back(std::unique_ptr<Beat>(new Beat{*this, *lanes[index], index}));
  }
}

LaneWatch::~LaneWatch() = default;

void LaneWatch::ask(std::int64_t now, const Negotiated& module) {
  {
    std::lock_guard lock(mutex_);
    module_ = &module;
  }
  for (const auto& beat : beats_) {
    if (beat->asked != 0) continue;
    beat->asked = now;
    if (beat->lane.post(&LaneWatch::answer, beat.get()) != engine::Errc::ok) beat->asked = 0;
  }
}

void LaneWatch::answer(void* context) {
  auto& beat = *static_cast<Beat*>(context);
  if (beat.index == 0) beat.watch.hear_module();
  beat.asked = 0;
}

void LaneWatch::hear_module() {
  const Negotiated* module = nullptr;
  {
    std::lock_guard lock(mutex_);
    module = module_;
  }
  if (module->life.health == nullptr) return;
  sluice_health health{};
  health.struct_size = sizeof health;
  bool failed = true;
  try {
    failed = module->life.health(module->self, &health) != SLUICE_STATUS_OK;
  } catch (...) {
  }
  std::lock_guard lock(mutex_);
  degraded_ = failed || health.degraded != 0;
  reason_ = failed ? "its health method failed"
                   : std::string(health.reason, ::strnlen(health.reason, sizeof health.reason));
}

LaneWatch::Report LaneWatch::report(std::int64_t now) const {
  Report report;
  {
    std::lock_guard lock(mutex_);
    report.degraded = degraded_;
    if (degraded_) report.reason = reason_;
  }
  for (const auto& beat : beats_) {
    const auto asked = beat->asked.load();
    if (asked == 0 || now - asked < slow_after) continue;
    ++report.slow_lanes;
    if (now - asked < stuck_after) continue;
    report.degraded = true;
    report.reason = "SL-RUN-002: lane " + std::to_string(beat->index) + " has been stuck for " +
                    std::to_string((now - asked) / 1'000'000'000) + " s";
  }
  return report;
}

}  // namespace sluice::modules
