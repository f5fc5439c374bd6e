#include "engine/segment_clock.hpp"

#include <algorithm>
#include <utility>

namespace sluice::engine {

SegmentClock::SegmentClock(std::int64_t segment_target, std::int64_t part_target)
    : segment_target_(segment_target), part_target_(part_target) {}

CutMark SegmentClock::stamp(const Beat& beat) {
  const bool leading = leads(beat);
  recoded_ |= is_recoded(beat);
  if (!started_) {
    started_ = true;
    segment_start_ = part_start_ = beat.dts;
  } else if (beat.discontinuity) {
    recoded_ = true;
    begin_segment(beat);
  } else if (segment_due(beat, leading)) {
    settle_bound(beat.dts - segment_start_);
    begin_segment(beat);
  } else if (part_due(beat, leading)) {
    ++mark_.part;
    part_start_ = beat.dts;
  }
  if (leading) {
    if (leader_ran_ && beat.dts > leader_last_) leader_step_ = beat.dts - leader_last_;
    leader_ran_ = true;
    leader_last_ = beat.dts;
  }
  return mark_;
}

bool SegmentClock::leads(const Beat& beat) {
  const int rank = beat.video ? 3 : beat.sound ? 2 : 1;
  if (rank > leader_rank_) {
    leader_rank_ = rank;
    leader_slot_ = beat.track_slot;
    leader_ran_ = false;
    leader_step_ = 0;
  }
  return beat.track_slot == leader_slot_;
}

bool SegmentClock::is_recoded(const Beat& beat) {
  const std::uint32_t before = std::exchange(codings_[beat.track_slot], beat.coding);
  return before != 0 && before != beat.coding;
}

bool SegmentClock::segment_due(const Beat& beat, bool leading) const {
  const std::int64_t elapsed = beat.dts - segment_start_;
  if (elapsed >= longest * segment_target_) return true;
  if (!leading) return false;
  if (recoded_ && (!video_leads() || beat.key)) return true;
  if (keyless_ && video_leads() && beat.key) return true;
  if (elapsed + tolerance >= segment_target_ && (!video_leads() || beat.key)) return true;
  const std::int64_t step = beat.duration > 0 ? beat.duration : leader_step_;
  return bound_ != 0 && elapsed + step > bound_ + over;
}

// Regular groups of pictures must not be cut for a few milliseconds.
void SegmentClock::settle_bound(std::int64_t length) {
  if (bound_ != 0) return;
  const std::int64_t least = std::max(segment_target_, length - over + tolerance);
  bound_ = (least + second - 1) / second * second;
}

bool SegmentClock::part_due(const Beat& beat, bool leading) const {
  if (!leading) return false;
  if (video_leads() && beat.key) return true;
  const std::int64_t step = beat.duration > 0 ? beat.duration : leader_step_;
  return beat.dts + step - part_start_ > part_target_;
}

void SegmentClock::begin_segment(const Beat& beat) {
  keyless_ = bound_ != 0 && video_leads() && !beat.key;
  ++mark_.segment;
  mark_.discontinuity += std::exchange(recoded_, false);
  mark_.part = 0;
  segment_start_ = part_start_ = beat.dts;
}

}  // namespace sluice::engine
