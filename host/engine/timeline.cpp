#include "engine/timeline.hpp"

#include <algorithm>

namespace sluice::engine {
namespace {

// Sums of two such times cannot overflow; 2^61 ns are 73 years, so a clock of the wall fits.
constexpr std::int64_t time_most = std::int64_t{1} << 61;
constexpr std::int64_t usual_step = 33'000'000;
constexpr std::int64_t step_most = 1'000'000'000;

std::int64_t bounded(std::int64_t time) { return std::clamp(time, -time_most, time_most); }

}  // namespace

void Timeline::restart() {
  for (Track& track : tracks_) {
    track.started = false;
    track.shift = 0;
  }
  fresh_ = true;
}

Repaired Timeline::repair(std::uint8_t slot, std::int64_t dts, std::int64_t pts, std::int64_t duration) {
  Track& track = tracks_[slot];
  const std::int64_t in = bounded(dts);
  if (pts == SLUICE_TIME_NONE) pts = in;
  std::int64_t composition = bounded(pts) - in;
  if (composition > reorder_most || composition < -reorder_most) {
    composition = 0;
    ++corrections_.pts;
  }
  Repaired out;
  out.discontinuity = place(track, in, std::max<std::int64_t>(composition, 0), duration);
  if (track.started && in > track.last_in) track.step = std::min(in - track.last_in, step_most);
  track.started = true;
  track.last_in = in;

  track.shift = std::max(track.shift, -composition);
  out.pts = in + composition + track.offset;
  out.dts = in + track.offset - track.shift;
  const std::int64_t least = track.has_out ? track.last_out : 0;
  if (out.dts < least) {
    // The first of a shifted track would begin below zero; that is no fault of the source.
    if (track.has_out && track.shift == 0) ++corrections_.held;
    out.dts = least;
  }
  if (out.pts < out.dts) {
    if (composition >= 0) ++corrections_.pts;
    out.pts = out.dts;
  }
  track.has_out = true;
  track.last_out = out.dts;
  newest_out_ = started_ ? std::max(newest_out_, out.dts) : out.dts;
  newest_shown_ = started_ ? std::max(newest_shown_, out.pts) : out.pts;
  started_ = true;
  return out;
}

bool Timeline::place(Track& track, std::int64_t in, std::int64_t composition, std::int64_t duration) {
  if (fresh_) {
    const bool returned = started_;
    open_line(track, in, composition, duration);
    fresh_ = false;
    return returned;
  }
  if (track.started && in >= track.last_in - backward_jump && in <= track.last_in + forward_jump) {
    if (track.offset == offset_) newest_in_ = std::max(newest_in_, in);
    return false;
  }
  const bool fell = track.started && track.offset == offset_ && in < track.last_in;
  if (!fell && in >= newest_in_ - interleave && in <= newest_in_ + forward_jump) {
    track.offset = offset_;
    newest_in_ = std::max(newest_in_, in);
    return false;
  }
  open_line(track, in, composition, duration);
  ++corrections_.jumps;
  return true;
}

// After what was decoded and after what was shown: with reordering the last frame shown lies behind the last
// one decoded.
void Timeline::open_line(Track& track, std::int64_t in, std::int64_t composition, std::int64_t duration) {
  std::int64_t begin = 0;
  if (started_) {
    std::int64_t step = track.step;
    if (duration > 0) step = std::min(duration, step_most);
    if (step <= 0) step = usual_step;
    begin = std::max(newest_out_, newest_shown_ - composition) + step;
  }
  offset_ = begin - in;
  newest_in_ = in;
  track.offset = offset_;
}

}  // namespace sluice::engine
