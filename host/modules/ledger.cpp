#include "modules/ledger.hpp"

#include <algorithm>
#include <utility>

namespace sluice::modules {

void Ledger::add(Kind kind, void* thing, void (*reclaim)(void* thing)) {
  std::lock_guard lock(mutex_);
  held_.insert_or_assign(thing, Held{kind, reclaim, next_order_++});
}

void Ledger::remove(void* thing) {
  {
    std::lock_guard lock(mutex_);
    held_.erase(thing);
  }
  if (gone_ != nullptr) gone_(gone_ctx_, thing);
}

bool Ledger::holds(void* thing) const {
  std::lock_guard lock(mutex_);
  return held_.contains(thing);
}

void Ledger::follow(void (*gone)(void* ctx, void* thing), void* ctx) {
  gone_ = gone;
  gone_ctx_ = ctx;
}

std::array<std::size_t, Ledger::kind_count> Ledger::counts() const {
  std::array<std::size_t, kind_count> counts{};
  std::lock_guard lock(mutex_);
  for (const auto& [thing, held] : held_) ++counts[static_cast<std::size_t>(held.kind)];
  return counts;
}

bool Ledger::empty() const {
  std::lock_guard lock(mutex_);
  return held_.empty();
}

std::array<std::size_t, Ledger::kind_count> Ledger::reclaim_all() {
  std::array<std::size_t, kind_count> found{};
  std::vector<std::pair<std::size_t, void*>> newest_first;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [thing, held] : held_) newest_first.emplace_back(held.order, thing);
  }
  std::sort(newest_first.rbegin(), newest_first.rend());
  // One at a time and without the lock: taking one back may take others out of the ledger.
  for (const auto& [order, thing] : newest_first) {
    Held held;
    {
      std::lock_guard lock(mutex_);
      const auto entry = held_.find(thing);
      if (entry == held_.end() || entry->second.order != order) continue;
      held = entry->second;
      held_.erase(entry);
    }
    ++found[static_cast<std::size_t>(held.kind)];
    if (gone_ != nullptr) gone_(gone_ctx_, thing);
    held.reclaim(thing);
  }
  return found;
}

std::string_view Ledger::name(Kind kind) {
  static constexpr std::array<std::string_view, kind_count> names = {
      "listener", "connection", "publication",        "subscription", "operation",
      "timer",    "watch",      "event subscription", "lease",        "registration"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace sluice::modules
