#include "engine/timer_queue.hpp"

#include <limits>

namespace sluice::engine {

Timer* TimerQueue::add(std::int64_t due, Timer::Callback fn, void* ctx, Lane* lane) {
  if (heap_.size() >= most) return nullptr;
  std::unique_ptr<Timer> timer;
  if (spare_.empty()) {
    timer = std::make_unique<Timer>();
  } else {
    timer = std::move(spare_.back());
    spare_.pop_back();
  }
  *timer = Timer{due, fn, ctx, lane, heap_.size()};
  heap_.push_back(timer.get());
  sift_up(timer->place);
  return timer.release();
}

void TimerQueue::remove(Timer* timer) {
  take_out(timer);
  recycle(timer);
}

Timer* TimerQueue::take_due(std::int64_t now) {
  if (heap_.empty() || heap_.front()->due > now) return nullptr;
  Timer* const timer = heap_.front();
  take_out(timer);
  return timer;
}

void TimerQueue::recycle(Timer* timer) {
  std::unique_ptr<Timer> owned(timer);
  if (spare_.size() < spare_most) spare_.push_back(std::move(owned));
}

std::int64_t TimerQueue::next_due() const {
  return heap_.empty() ? std::numeric_limits<std::int64_t>::max() : heap_.front()->due;
}

void TimerQueue::place(std::size_t at, Timer* timer) {
  heap_[at] = timer;
  timer->place = at;
}

void TimerQueue::sift_up(std::size_t at) {
  Timer* const timer = heap_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (heap_[parent]->due <= timer->due) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, timer);
}

void TimerQueue::sift_down(std::size_t at) {
  Timer* const timer = heap_[at];
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->due < heap_[child]->due) ++child;
    if (timer->due <= heap_[child]->due) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, timer);
}

void TimerQueue::take_out(Timer* timer) {
  const std::size_t at = timer->place;
  Timer* const last = heap_.back();
  heap_.pop_back();
  if (last == timer) return;
  place(at, last);
  sift_up(at);
  sift_down(last->place);
}

}  // namespace sluice::engine
