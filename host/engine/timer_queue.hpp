// One-shot timers of one lane: a binary heap of timers that know their place, so that cancelling is a swap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace sluice::engine {

class Lane;

struct Timer {
  using Callback = void (*)(void* ctx);
  std::int64_t due = 0;
  Callback fn = nullptr;
  void* ctx = nullptr;
  Lane* lane = nullptr;
  std::size_t place = 0;
};

class TimerQueue {
 public:
  static constexpr std::size_t most = 1u << 18;
  static constexpr std::size_t spare_most = 1024;

  // Null: `most` timers wait already.
  Timer* add(std::int64_t due, Timer::Callback fn, void* ctx, Lane* lane);
  void remove(Timer* timer);
  // The next timer due at `now`, taken out and still to be freed by `recycle`; null: none.
  Timer* take_due(std::int64_t now);
  void recycle(Timer* timer);
  std::int64_t next_due() const;  // INT64_MAX: none
  std::size_t size() const { return heap_.size(); }

 private:
  void place(std::size_t at, Timer* timer);
  void sift_up(std::size_t at);
  void sift_down(std::size_t at);
  void take_out(Timer* timer);

  std::vector<Timer*> heap_;
  std::vector<std::unique_ptr<Timer>> spare_;
};

}  // namespace sluice::engine
