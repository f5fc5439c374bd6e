#include "engine/frame_log.hpp"

#include <algorithm>
#include <bit>

#include "engine/frame_pool.hpp"
#include "engine/lane.hpp"

namespace sluice::engine {
namespace {

// A whole GOP dropped in one append would be a hidden pause of the publisher.
constexpr unsigned drops_per_append = 8;

}  // namespace

FrameLog::FrameLog(std::uint64_t stream, const LogBounds& bounds)
    : stream_(stream),
      bounds_(bounds),
      mask_(std::bit_ceil(std::max<std::uint64_t>(bounds.frames, 2)) - 1),
      slots_(std::make_unique<std::atomic<Frame*>[]>(mask_ + 1)),
      age_limit_(INT64_MAX) {}

FrameLog::~FrameLog() {
  while (tail_ < next_) drop_oldest();
  for (auto& link : links_) delete link.load(std::memory_order_relaxed);
}

void FrameLog::append(Frame& frame) {
  const std::uint64_t number = next_++;
  frame.stream = stream_;
  frame.seq = number;
  frame.view.seq = number;
  frame.total_before = total_;
  frame.disposable_before = disposable_;
  newest_ = std::max(newest_, frame.view.dts);
  held_ += frame.view.bytes;
  total_ += frame.view.bytes;
  if (frame.is_disposable()) disposable_ += frame.view.bytes;
  if (frame.is_key() && frame.is_keyed()) last_key_ = number;
  SLUICE_STRESS_POINT();
  frame.refs.store(1, std::memory_order_release);  // from here on try_ref may succeed
  if (number - tail_ > mask_) drop_oldest();       // its slot must be free
#if SLUICE_FAULT == 2
  head_.store(number, std::memory_order_seq_cst);  // planted: visible before it is there
  SLUICE_STRESS_POINT();
#endif
  slots_[number & mask_].store(&frame, std::memory_order_release);
  for (unsigned i = 0; i < drops_per_append && tail_ < number && over_bounds(); ++i) drop_oldest();
  held_shown_.store(held_, std::memory_order_relaxed);
  total_shown_.store(total_, std::memory_order_relaxed);
  newest_shown_.store(newest_, std::memory_order_relaxed);
  SLUICE_STRESS_POINT();
#if SLUICE_FAULT == 5
  wake();  // planted: whom to wake is read before the frame can be seen
  head_.store(number, std::memory_order_seq_cst);
#elif SLUICE_FAULT == 4
  head_.store(number, std::memory_order_release);  // planted: may become visible after what wake() reads
  wake();
#elif SLUICE_FAULT == 2
  wake();
#else
  // Half of two store-then-load pairs: against `attached` (a lane that attaches) and `queued` (one that
  // drains).
  head_.store(number, std::memory_order_seq_cst);
  wake();
#endif
  SLUICE_STRESS_POINT();
  done_.store(number, std::memory_order_release);
}

void FrameLog::finish() {
  ending_.store(true, std::memory_order_seq_cst);
  wake_round();
}

// To a lane that leaves, what head and done are for a frame.
void FrameLog::wake_round() {
  const std::uint64_t round = rounds_.load(std::memory_order_relaxed) + 1;
  rounds_.store(round, std::memory_order_seq_cst);
  wake();
  rounds_done_.store(round, std::memory_order_release);
}

void FrameLog::wake() {
  for (unsigned word = 0; word < attached_.size(); ++word) {
    SLUICE_STRESS_POINT();
    for (std::uint64_t bits = attached_[word].load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
      Link& link =
          *links_[word * 64 + static_cast<unsigned>(std::countr_zero(bits))].load(std::memory_order_acquire);
      if (link.queued.load(std::memory_order_seq_cst)) continue;
      SLUICE_STRESS_POINT();
      link.queued.store(true, std::memory_order_relaxed);
      link.lane->enqueue(link);
    }
  }
}

bool FrameLog::over_bounds() const {
  if (held_ > bounds_.bytes || next_ - tail_ > bounds_.frames) return true;
  const Frame* const oldest = slots_[tail_ & mask_].load(std::memory_order_relaxed);
  const std::int64_t age = newest_ - oldest->view.dts;
  if (age > age_limit_.load(std::memory_order_relaxed)) return true;
  return age > bounds_.time && tail_ < last_key_or_newest();
}

// The group that players start from stays whole however long it is, while bytes and frames allow: encoders
// left to themselves make groups of 250 frames.
std::uint64_t FrameLog::last_key_or_newest() const { return last_key_ != 0 ? last_key_ : next_ - 1; }

void FrameLog::drop_oldest() {
  Frame* const frame = slots_[tail_ & mask_].load(std::memory_order_relaxed);
  held_ -= frame->view.bytes;
  first_.store(tail_ + 1, std::memory_order_release);
  SLUICE_STRESS_POINT();
  slots_[tail_ & mask_].store(nullptr, std::memory_order_release);
  ++tail_;
  SLUICE_STRESS_POINT();
  if (!drop_ref(*frame)) return;
  release_sources(*frame);
  frame->home->give(*frame);
}

void FrameLog::shrink(std::int64_t age, unsigned most) {
  const std::uint64_t before = tail_;
  while (tail_ < next_ && tail_ - before < most) {
    const Frame* const oldest = slots_[tail_ & mask_].load(std::memory_order_relaxed);
    if (newest_ - oldest->view.dts <= age) break;
    drop_oldest();
  }
  shrunk(before);
}

void FrameLog::shed(std::uint64_t bytes, unsigned most) {
  const std::uint64_t before = tail_;
  const std::uint64_t enough = held_ - std::min(held_, bytes);
  while (tail_ < next_ && tail_ - before < most && held_ > enough) drop_oldest();
  shrunk(before);
}

void FrameLog::shrunk(std::uint64_t tail_before) {
  held_shown_.store(held_, std::memory_order_relaxed);
  if (tail_ != tail_before) wake_round();
}

Frame* FrameLog::get(std::uint64_t seq) const {
  Frame* const frame = slots_[seq & mask_].load(std::memory_order_acquire);
  SLUICE_STRESS_POINT();
  if (frame == nullptr || !try_ref(*frame)) return nullptr;
  SLUICE_STRESS_POINT();
#if SLUICE_FAULT != 1
  if (frame->seq != seq || frame->stream != stream_) {  // it died and was born again meanwhile
    release_frame(*frame);
    return nullptr;
  }
#endif
  return frame;
}

Link* FrameLog::link_of(const Lane& lane) const {
  return links_[lane.slot()].load(std::memory_order_relaxed);
}

Link& FrameLog::attach(Lane& lane, Window& window) {
  std::atomic<Link*>& place = links_[lane.slot()];
  Link* link = place.load(std::memory_order_relaxed);
  if (link == nullptr) {
    link = new Link;
    link->lane = &lane;
    place.store(link, std::memory_order_release);
  }
  link->window = &window;
  SLUICE_STRESS_POINT();
  // Before head is read: a frame that comes in between is then announced to us.
  attached_[lane.slot() / 64].fetch_or(std::uint64_t{1} << (lane.slot() % 64), std::memory_order_seq_cst);
  return *link;
}

FrameLog::Farewell FrameLog::detach(Link& link) {
  const unsigned slot = link.lane->slot();
  link.window = nullptr;
  attached_[slot / 64].fetch_and(~(std::uint64_t{1} << (slot % 64)), std::memory_order_seq_cst);
  SLUICE_STRESS_POINT();
  return {head(), rounds_.load(std::memory_order_seq_cst)};
}

bool FrameLog::quiet(const Link& link, const Farewell& farewell) const {
#if SLUICE_FAULT == 8
  static_cast<void>(farewell);
  return !link.queued.load(std::memory_order_acquire);  // planted: does not wait for the writer's call to end
#else
  if (done_.load(std::memory_order_acquire) < farewell.head) return false;
  if (rounds_done_.load(std::memory_order_acquire) < farewell.rounds) return false;
  return !link.queued.load(std::memory_order_acquire);
#endif
}

}  // namespace sluice::engine
