#include "sluice/mux/mp4/muxer.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/media_clock.hpp"

namespace sluice::mux::mp4 {
namespace {

constexpr int64_t guessed_duration = 20'000'000;  // where nothing says anything

uint32_t step_of(int64_t from, int64_t to, uint32_t timescale) {
  const int64_t step = ticks_of(to, timescale) - ticks_of(from, timescale);
  return static_cast<uint32_t>(std::clamp<int64_t>(step, 0, std::numeric_limits<uint32_t>::max()));
}

int64_t composition_offset(const Sample& sample, uint32_t timescale) {
  return ticks_of(sample.pts, timescale) - ticks_of(sample.dts, timescale);
}

bool fits_32_bits(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
}

}  // namespace

Muxer::Muxer(std::vector<MuxedTrack> tracks) : tracks_(std::move(tracks)), lanes_(tracks_.size()) {}

const MuxedTrack* Muxer::find(uint32_t track_id) const {
  const auto found = std::ranges::find(tracks_, track_id, [](const MuxedTrack& one) { return one.track.id; });
  return found == tracks_.end() ? nullptr : &*found;
}

bool Muxer::carries(uint32_t track_id) const { return find(track_id) != nullptr; }

Result<void> Muxer::add(const Sample& sample) {
  const MuxedTrack* track = find(sample.track_id);
  if (!track) return Errc::unknown_track;
  if (sample.size > max_sample_bytes) return Errc::too_large;
  if (samples_.size() == max_samples) return Errc::too_many_samples;
  if (sample.dts < 0) return Errc::time_beyond_limits;
  if (!fits_32_bits(composition_offset(sample, track->track.timescale))) return Errc::time_beyond_limits;
  Lane& lane = lanes_[static_cast<size_t>(track - tracks_.data())];
  if (!lane.samples.empty() && sample.dts < samples_[lane.samples.back()].dts) return Errc::malformed;
  lane.samples.push_back(static_cast<uint32_t>(samples_.size()));
  samples_.push_back(sample);
  bytes_ += sample.size;
  return {};
}

uint64_t Muxer::decode_time(const Sample& sample) const {
  return static_cast<uint64_t>(ticks_of(sample.dts, find(sample.track_id)->track.timescale));
}

int64_t Muxer::last_duration(const MuxedTrack& track, const Lane& lane, std::optional<Successor> next) const {
  const Sample& last = samples_[lane.samples.back()];
  if (next && next->track_id == track.track.id) return std::max<int64_t>(next->dts - last.dts, 0);
  int64_t shortest = std::numeric_limits<int64_t>::max();
  const auto consider = [&](int64_t duration) {
    if (duration > 0) shortest = std::min(shortest, duration);
  };
  consider(track.nominal_duration);
  consider(last.duration);
  for (size_t i = 1; i < lane.samples.size(); ++i)
    consider(samples_[lane.samples[i]].dts - samples_[lane.samples[i - 1]].dts);
  // Tracks come interleaved, so the next sample of this one is not far from another's.
  if (shortest == std::numeric_limits<int64_t>::max() && next) consider(next->dts - last.dts);
  return shortest == std::numeric_limits<int64_t>::max() ? guessed_duration : shortest;
}

TrackRun Muxer::run_of(const MuxedTrack& track, Lane& lane, std::optional<Successor> next) const {
  const uint32_t timescale = track.track.timescale;
  TrackRun run;
  run.track_id = track.track.id;
  run.decode_time = decode_time(samples_[lane.samples.front()]);
  run.samples.reserve(lane.samples.size());
  lane.end = samples_[lane.samples.back()].dts + last_duration(track, lane, next);
  for (size_t i = 0; i < lane.samples.size(); ++i) {
    const Sample& sample = samples_[lane.samples[i]];
    const int64_t end = i + 1 < lane.samples.size() ? samples_[lane.samples[i + 1]].dts : lane.end;
    // Of sound any frame will do to begin with.
    const bool sync = sample.key || track.track.kind == SLUICE_TRACK_AUDIO;
    run.samples.push_back({sample.size, step_of(sample.dts, end, timescale),
                           static_cast<int32_t>(composition_offset(sample, timescale)), sync,
                           sample.disposable});
  }
  return run;
}

Muxer::Fragment Muxer::close(std::optional<Successor> next, uint32_t sequence_number) {
  assert(!samples_.empty());
  Fragment fragment;
  std::vector<TrackRun> runs;
  fragment.order.reserve(samples_.size());
  bool led_by_video = false;
  for (size_t i = 0; i < tracks_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (lane.samples.empty()) continue;
    const bool video = tracks_[i].track.kind == SLUICE_TRACK_VIDEO;
    runs.push_back(run_of(tracks_[i], lane, next));
    fragment.order.insert(fragment.order.end(), lane.samples.begin(), lane.samples.end());
    if (runs.size() == 1 || (video && !led_by_video))
      fragment.duration = lane.end - samples_[lane.samples.front()].dts;
    led_by_video |= video;
    lane.samples.clear();
  }
  write_fragment(fragment.head, sequence_number, runs);
  samples_.clear();
  bytes_ = 0;
  return fragment;
}

}  // namespace sluice::mux::mp4
