#include "sluice/mux/ts/sound_run.hpp"

#include <sluice/abi/frame.h>

#include <cstdlib>

#include "sluice/mux/ts/adts.hpp"
#include "sluice/mux/ts/clock.hpp"

namespace sluice::mux::ts {

std::optional<SoundRun> SoundRun::of(const Track& track) {
  if (track.kind != Kind::audio || track.codec != SLUICE_CODEC_AAC) return std::nullopt;
  const auto model = make_adts(track.config);
  const auto header = model ? adts_for(*model, 1) : model;
  const auto frame = header ? parse_adts(*header) : Result<AdtsFrame>(header.error());
  if (!frame || frame->sample_rate == 0 || frame->samples != samples_) return std::nullopt;
  return SoundRun(frame->sample_rate);
}

void SoundRun::begin(int64_t pts) {
  begin_ = pts;
  frames_ = 1;
}

bool SoundRun::continues_with(int64_t pts) const {
  const int64_t made = ticks_of_ns(begin_) + frames_ * samples_ * 90'000 / rate_;
  if (ticks_of_ns(pts) == made) return true;
  const bool whole = begin_ % milliseconds == 0 && pts % milliseconds == 0;
  return whole && std::abs(pts - ns_of_ticks(made)) < milliseconds;
}

}  // namespace sluice::mux::ts
