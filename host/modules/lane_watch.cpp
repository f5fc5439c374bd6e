#include "modules/lane_watch.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>

#include "engine/lane.hpp"
#include "modules/lane_threads.hpp"

namespace sluice::modules {
namespace {

constexpr std::uint64_t none = ~std::uint64_t{0};
constexpr std::int64_t answer_after = 1'000'000'000;  // a thread stuck in the kernel may take for ever
constexpr std::int64_t second = 1'000'000'000;

std::int64_t ns(std::chrono::milliseconds time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

struct LaneWatch::Beat {
  LaneWatch& watch;
  engine::Lane& lane;
  unsigned index;
  std::atomic<bool> asked{false};

  // Seen asleep and kicked in this stretch since then; read by report() too.
  std::atomic<std::uint64_t> kicked_stretch{none};
  std::atomic<std::int64_t> kicked_at{engine::never};

  // Of look() alone. A stall is known by the stretch it is in.
  std::uint64_t counted = none;
  std::uint64_t warned = none;
  std::int64_t away = 0;                      // of the stall warned of
  std::optional<std::int64_t> waits_since{};  // for the thread to say where it is
};

LaneWatch::LaneWatch(const std::vector<engine::Lane*>& lanes, const LanePatience& patience)
    : patience_(patience) {
  for (unsigned index = 0; index < lanes.size(); ++index) {
    beats_.push_back(std::unique_ptr<Beat>(new Beat{*this, *lanes[index], index}));
  }
}

LaneWatch::~LaneWatch() = default;

// ---- asking ----

void LaneWatch::ask(std::int64_t, const Negotiated& module) {
  {
    std::lock_guard lock(mutex_);
    module_ = &module;
  }
  for (const auto& beat : beats_) {
    const auto pulse = beat->lane.pulse();
    const bool seems_asleep = pulse.busy_since == engine::asleep && !pulse.host_loop;
    const bool has_health = beat->index == 0 && module.life.health != nullptr;
    if ((!seems_asleep && !has_health) || beat->asked.exchange(true)) continue;
    if (beat->lane.post(&LaneWatch::answer, beat.get()) != engine::Errc::ok) beat->asked = false;
  }
}

void LaneWatch::answer(void* context) {
  auto& beat = *static_cast<Beat*>(context);
  if (beat.index == 0) beat.watch.hear_module();
  beat.asked = false;
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
    failed = true;  // it may have thrown after all was said
  }
  std::lock_guard lock(mutex_);
  degraded_ = failed || health.degraded != 0;
  reason_ = failed ? "its health method failed"
                   : std::string(health.reason, ::strnlen(health.reason, sizeof health.reason));
}

// ---- looking ----

std::int64_t LaneWatch::away(const Beat& beat, const engine::Pulse& pulse, std::int64_t now) const {
  auto since = pulse.busy_since;
  if (since == engine::asleep) {
    since = pulse.wake_at;
    if (beat.kicked_stretch.load() == pulse.stretch) since = std::min(since, beat.kicked_at.load());
  }
  return std::max<std::int64_t>(0, now - since);
}

std::vector<LaneWatch::Stall> LaneWatch::look(std::int64_t now, LaneThreads& threads) {
  std::vector<Stall> stalls;
  for (const auto& one : beats_) {
    Beat& beat = *one;
    const auto pulse = beat.lane.pulse();
    const bool overslept = pulse.busy_since == engine::asleep && pulse.kicked;
    if (overslept && beat.kicked_stretch.load() != pulse.stretch) {
      beat.kicked_at = now;
      beat.kicked_stretch = pulse.stretch;
    }
    const auto away = this->away(beat, pulse, now);
    if (away > engine::late_after && beat.counted != pulse.stretch) {
      beat.counted = pulse.stretch;
      beat.lane.count_late(pulse.stretch);
    }
    if (away > ns(patience_.warn) && beat.warned != pulse.stretch) {
      beat.warned = pulse.stretch;
      beat.waits_since = now;
      threads.ask_where(beat.index);
    }
    if (!beat.waits_since) continue;
    if (beat.warned == pulse.stretch) beat.away = away;
    auto where = threads.where(beat.index);
    if (!where && now - *beat.waits_since < answer_after) continue;
    beat.waits_since.reset();
    stalls.push_back({beat.index, beat.away, where.value_or("")});
  }
  return stalls;
}

LaneWatch::Report LaneWatch::report(std::int64_t now) const {
  Report report;
  {
    std::lock_guard lock(mutex_);
    report.degraded = degraded_;
    if (degraded_) report.reason = reason_;
  }
  for (const auto& beat : beats_) {
    const auto away = this->away(*beat, beat->lane.pulse(), now);
    report.away.push_back(away > engine::late_after ? away : 0);
    if (away <= ns(patience_.stuck)) continue;
    report.degraded = true;
    report.reason = "SL-RUN-002: lane " + std::to_string(beat->index) + " has been stuck for " +
                    std::to_string(away / second) + " s";
  }
  return report;
}

}  // namespace sluice::modules
