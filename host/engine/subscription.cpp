#include "engine/subscription.hpp"

#include <algorithm>

#include "engine/lane.hpp"
#include "engine/own_count.hpp"
#include "engine/stream.hpp"
#include "engine/stream_table.hpp"

namespace sluice::engine {
namespace {

bool has_video(const Window& window) {
  if (window.video_seen() != 0) return true;
  for (const auto& track : window.stream().tracks.list()) {
    if (track->view.kind == SLUICE_TRACK_VIDEO || track->view.kind == SLUICE_TRACK_CHUNKS) return true;
  }
  return false;
}

template <class Number>
Number or_default(Number wanted, Number usual) {
  return wanted > 0 ? wanted : usual;
}

}  // namespace

Subscription::Subscription(StreamTable& table, Window& window, Lane& lane, SubscribeRequest request,
                           std::uint64_t id)
    : table_(table),
      window_(window),
      lane_(lane),
      seat_(lane.seat()),
      request_(std::move(request)),
      id_(id),
      max_bytes_(or_default(request_.max_bytes, window.stream().options.lag_bytes)),
      max_time_(or_default(request_.max_time, window.stream().options.lag_time.count())),
      stuck_after_(window.stream().options.stuck_after.count()),
      since_(lane.now()),
      post_(*this) {
  start();
}

void Subscription::start() {
  const std::uint64_t hi = window_.hi();
  cursor_ = hi;
  if (request_.from_seq != 0 && request_.from_seq >= window_.lo() && request_.from_seq <= hi) {
    cursor_ = request_.from_seq;
  } else if (request_.start == Start::live) {
    hold_ = has_video(window_);
  } else if (has_video(window_)) {
    const std::uint64_t key = request_.start == Start::key ? window_.newest_key() : window_.oldest_key();
    if (key != 0) cursor_ = key;  // else: sound at once, video from its next key frame
  } else if (window_.lo() < hi) {
    cursor_ = request_.start == Start::key ? hi - 1 : window_.lo();  // every sound frame is a beginning
  }
  counted_from_ = hi;
  progress_ = lane_.now();
  show_position();
}

Errc Subscription::read(std::uint32_t max, Batch& out) {
  out = {};
  if (closing_) return closing_->why;
  if (max == 0) return Errc::argument;
  if (cursor_ < window_.lo()) fell_out();
  judge_lag();
  const std::uint64_t count = find_run(max);
  out.skipped = skipped_now_;
  if (skipped_now_ != 0) {
    raise(skipped_, skipped_now_);
    raise(lane_.tally_.skipped, skipped_now_);
    skipped_now_ = 0;
  }
  if (count == 0) {
    show_position();
    unlink();
    if (window_.ended()) {
      lane_.pending_.push_back(*this);  // on_closed follows
      return Errc::gone;
    }
    window_.armed.push_back(*this);
    return Errc::ok;
  }
  out.entries = window_.entries(cursor_);
  out.count = static_cast<std::uint32_t>(count);
  cursor_ += count;
  raise(frames_, count);
  show_position();
  progress_ = lane_.now();
  if (!lane_.behind_.is_last(*this)) {
    unlink();
    lane_.behind_.push_back(*this);
  }
  return Errc::ok;
}

std::uint64_t Subscription::find_run(std::uint64_t most) {
  if (clean()) {
    lagging_ = false;
    return std::min(most, window_.run(cursor_));
  }
  for (; cursor_ < window_.hi() && !passes(cursor_); ++cursor_) {
    if (lagging_) ++skipped_now_;  // what passes by at a join is not lost
  }
  const std::uint64_t end = std::min(most, window_.run(cursor_));
  std::uint64_t count = 0;
  while (count < end && passes(cursor_ + count)) ++count;
  return count;
}

bool Subscription::clean() const {
  return !hold_ && (window_.video_seen() & ~synced_) == 0 && cursor_ >= video_from_ &&
         cursor_ >= other_from_ && cursor_ >= drop_below_;
}

bool Subscription::passes(std::uint64_t seq) {
  const Window::Mark& mark = window_.mark(seq);
  if (mark.disposable && seq < drop_below_) return false;
  if (mark.video == 0) return !hold_ && seq >= other_from_;
  if (seq < video_from_) return false;
  if ((synced_ & mark.video) == 0) {
    if (!mark.key) return false;
    synced_ |= mark.video;
    hold_ = false;
  }
  return true;
}

void Subscription::judge_lag() {
  const std::uint64_t hi = window_.hi();
  const std::uint64_t base = std::max(cursor_, counted_from_);
  if (base >= hi) return;
  const Window::Mark& mark = window_.mark(base);
  const bool tried = drop_below_ > base;
  std::uint64_t bytes = window_.total() - mark.total_before;
  if (tried) {
    const std::uint64_t end =
        drop_below_ < hi ? window_.mark(drop_below_).disposable_before : window_.disposable_total();
    bytes -= end - mark.disposable_before;
  }
  const std::int64_t late = window_.newest_dts() - mark.dts;
  // Without its disposable frames a viewer may catch up: it gets half the time again for that.
  const std::int64_t patience = max_time_ + max_time_ / 2;
  if (bytes <= max_bytes_ && late <= (tried ? patience : max_time_)) return;
  raise(skips_, 1);
  lagging_ = true;
  const std::uint64_t undropped = std::max(base, drop_below_);
  if (undropped < hi) {
    const std::uint64_t waiting = window_.disposable_total() - window_.mark(undropped).disposable_before;
    if (waiting > 0) {
      drop_below_ = hi;
      if (bytes - waiting <= max_bytes_ && late <= patience) return;
    }
  }
  skip_ahead();
}

void Subscription::skip_ahead() {
  const std::uint64_t key = window_.newest_key();
  video_from_ = key > cursor_ ? key : window_.hi();
  other_from_ = std::min(window_.find_dts(cursor_, window_.newest_dts() - max_time_), window_.hi());
  synced_ = 0;
  lagging_ = true;
  counted_from_ = window_.hi();
}

void Subscription::fell_out() {
  skipped_now_ += window_.lo() - cursor_;
  raise(skips_, 1);
  cursor_ = window_.lo();
  const std::uint64_t key = window_.newest_key();
  skip_ahead();
  if (key != 0) video_from_ = key;
}

void Subscription::show_position() {
  const bool behind = cursor_ < window_.hi() && cursor_ >= window_.lo();
  shown_cursor_.store(cursor_, std::memory_order_relaxed);
  shown_total_.store(behind ? window_.mark(cursor_).total_before : window_.total(),
                     std::memory_order_relaxed);
  shown_dts_.store(behind ? window_.mark(cursor_).dts : window_.newest_dts(), std::memory_order_relaxed);
}

std::uint32_t Subscription::tracks(std::span<const sluice_track*> out) {
  listed_ = stream().tracks.list();
  for (std::size_t i = 0; i < std::min(out.size(), listed_.size()); ++i) out[i] = &listed_[i]->view;
  return static_cast<std::uint32_t>(listed_.size());
}

void Subscription::sent(std::uint64_t bytes) { raise(bytes_, bytes); }

void Subscription::tell_evicted() { table_.evicted(*this); }

void Subscription::request_key(std::uint32_t track) { table_.request_key(stream(), lane_.now(), track); }

}  // namespace sluice::engine
