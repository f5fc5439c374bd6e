#include "engine/window.hpp"

#include <algorithm>

#include "engine/lane.hpp"
#include "engine/stream.hpp"

namespace sluice::engine {
namespace {

// Grows by doubling: most streams never hold the thousands of frames their bounds allow.
constexpr std::uint64_t first_capacity = 64;

}  // namespace

Window::Window(Lane& lane, std::shared_ptr<Stream> stream)
    : lane_(lane),
      stream_(std::move(stream)),
      log_(stream_->log),
      entries_(std::make_unique<sluice_entry[]>(first_capacity)),
      marks_(std::make_unique<Mark[]>(first_capacity)),
      mask_(first_capacity - 1) {}

Window::~Window() { clear(); }

void Window::attach() {
#if SLUICE_FAULT == 3
  const std::uint64_t head = log_.head();  // planted: the bit is set after this
  SLUICE_STRESS_POINT();
  link_ = &log_.attach(lane_, *this);
#else
  link_ = &log_.attach(lane_, *this);
  SLUICE_STRESS_POINT();
  const bool ending = log_.ended();
  const std::uint64_t head = log_.head();
  ended_ = ending;
#endif
  load(head);
  tell_tally();
}

void Window::load(std::uint64_t head) {
  for (;;) {
    lo_ = hi_ = log_.first();
    newest_key_ = 0;
    while (hi_ <= head) {
      Frame* const frame = log_.get(hi_);
      if (frame == nullptr) break;  // the tail passed us: again from the newer first
      push(*frame);
    }
    if (hi_ > head) return;
    clear();
    head = log_.head();
  }
}

void Window::pull() {
  const bool ending = log_.ended();  // before head: if it is set, head is final
  const std::uint64_t head = log_.head();
  while (hi_ <= head) {
    Frame* const frame = log_.get(hi_);
    if (frame == nullptr) {
      ++lapped_;
      stream_->counters.lapped.fetch_add(1, std::memory_order_relaxed);
      clear();
      load(log_.head());
      break;
    }
    push(*frame);
  }
  expire();
  ended_ = ending;
  tell_tally();
}

void Window::leave() {
  farewell_ = log_.detach(*link_);
  clear();
  tell_tally();
}

// Once a pull and not once a frame: the numbers in the window are what it holds.
void Window::tell_tally() {
  const std::uint64_t frames = hi_ - lo_;
  const std::uint64_t bytes = frames == 0 ? 0 : total_ - mark(lo_).total_before;
  raise(lane_.tally_.window_frames, frames - told_frames_);
  raise(lane_.tally_.window_bytes, bytes - told_bytes_);
  told_frames_ = frames;
  told_bytes_ = bytes;
}

bool Window::settled() const { return log_.quiet(*link_, farewell_); }

void Window::push(Frame& frame) {
  if (hi_ - lo_ > mask_) expire();
  if (hi_ - lo_ > mask_) grow();
  const bool video = frame.is_keyed();
  Mark& mark = marks_[hi_ & mask_];
  mark.dts = frame.view.dts;
  mark.total_before = frame.total_before;
  mark.disposable_before = frame.disposable_before;
  mark.video = video ? static_cast<std::uint16_t>(1u << frame.track_slot) : 0;
  mark.key = frame.is_key();
  mark.disposable = frame.is_disposable();
  entries_[hi_ & mask_] = {&frame.view, nullptr};
  if (video && mark.key) newest_key_ = hi_;
  video_seen_ |= mark.video;
  total_ = frame.total_before + frame.view.bytes;
  disposable_total_ = frame.disposable_before + (mark.disposable ? frame.view.bytes : 0);
  newest_dts_ = std::max(newest_dts_, frame.view.dts);
  ++hi_;
}

void Window::pop() {
  sluice_entry& entry = entries_[lo_ & mask_];
  ++lo_;
  if (entry.cached != nullptr && lane_.cache_release_ != nullptr) {
    lane_.cache_release_(lane_.cache_release_ctx_, entry.cached);
  }
  lane_.dead_.drop(*Frame::of(entry.frame));
}

void Window::expire() {
  const std::uint64_t first = log_.first();
  while (lo_ < hi_ && lo_ < first) pop();
}

void Window::clear() {
  while (lo_ < hi_) pop();
  lane_.dead_.flush();
}

void Window::grow() {
  const std::uint64_t capacity = 2 * (mask_ + 1);
  auto entries = std::make_unique<sluice_entry[]>(capacity);
  auto marks = std::make_unique<Mark[]>(capacity);
  for (std::uint64_t seq = lo_; seq < hi_; ++seq) {
    entries[seq & (capacity - 1)] = entries_[seq & mask_];
    marks[seq & (capacity - 1)] = marks_[seq & mask_];
  }
  entries_ = std::move(entries);
  marks_ = std::move(marks);
  mask_ = capacity - 1;
}

std::uint64_t Window::run(std::uint64_t seq) const { return std::min(hi_ - seq, mask_ + 1 - (seq & mask_)); }

std::uint64_t Window::oldest_key() const {
  for (std::uint64_t seq = lo_; seq < hi_; ++seq) {
    if (mark(seq).video != 0 && mark(seq).key) return seq;
  }
  return 0;
}

std::uint64_t Window::find_dts(std::uint64_t from, std::int64_t dts) const {
  // Tracks interleave, so the order is only nearly that of dts: near enough for a lag bound.
  std::uint64_t below = from;
  std::uint64_t end = hi_;
  while (below < end) {
    const std::uint64_t middle = below + (end - below) / 2;
    if (mark(middle).dts < dts) {
      below = middle + 1;
    } else {
      end = middle;
    }
  }
  return below;
}

}  // namespace sluice::engine
