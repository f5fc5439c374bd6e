#include "engine/inbox.hpp"

#include <algorithm>
#include <bit>

namespace sluice::engine {

Inbox::Inbox(std::uint32_t slots)
    : mask_(std::bit_ceil(std::uint64_t{slots}) - 1),
      slots_(std::make_unique<Slot[]>(mask_ + 1)),
      credits_(static_cast<std::int64_t>(mask_ + 1)) {}

bool Inbox::put(Call call) {
  const std::int64_t free = credits_.fetch_sub(1, std::memory_order_acquire);
  if (free <= 0) {
    credits_.fetch_add(1, std::memory_order_relaxed);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const std::uint64_t waiting = mask_ + 2 - static_cast<std::uint64_t>(free);
  std::uint64_t highest = highest_.load(std::memory_order_relaxed);
  while (highest < waiting && !highest_.compare_exchange_weak(highest, waiting, std::memory_order_relaxed)) {
  }
  // Not relaxed: the credit may be older than the slot's last reading. Of the writers up to this number one
  // at least has a credit that is not, and hands on here what it acquired with it.
  const std::uint64_t number = write_.fetch_add(1, std::memory_order_acq_rel) + 1;
  Slot& slot = slots_[(number - 1) & mask_];
  slot.call = call;
  slot.filled.store(number, std::memory_order_seq_cst);
  return true;
}

bool Inbox::take(Call& out) {
  Slot& slot = slots_[read_ & mask_];
  if (slot.filled.load(std::memory_order_acquire) != read_ + 1) return false;
  out = slot.call;
  ++read_;
  credits_.fetch_add(1, std::memory_order_release);  // the slot may be written again
  return true;
}

std::uint64_t Inbox::depth() const {
  // Below zero while writers find it full.
  const std::int64_t free = std::max<std::int64_t>(0, credits_.load(std::memory_order_relaxed));
  return mask_ + 1 - static_cast<std::uint64_t>(free);
}

std::uint64_t Inbox::highest() const { return highest_.load(std::memory_order_relaxed); }

void Inbox::forget_marks() {
  highest_.store(0, std::memory_order_relaxed);
  refused_.store(0, std::memory_order_relaxed);
}

bool Inbox::has_news() const {
  return slots_[read_ & mask_].filled.load(std::memory_order_seq_cst) == read_ + 1;
}

}  // namespace sluice::engine
