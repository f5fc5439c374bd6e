// Which sound frames may share a PES packet. Only the first has its time on the wire; a demuxer makes the
// times of the others out of the number of samples (ISO/IEC 13818-1 2.4.3.7), so a frame joins only if that
// gives its own.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/mux/ts/track.hpp"

namespace sluice::mux::ts {

class SoundRun {
 public:
  // Nothing for what is no AAC that ADTS can say: only there the samples of a frame are known beforehand.
  static std::optional<SoundRun> of(const Track& track);

  // The run is this frame alone. Time in ns.
  void begin(int64_t pts);
  // The time that a demuxer will make for the next frame is this one: to the tick, or, where both are whole
  // milliseconds and so may have been rounded to them, to less than one.
  bool continues_with(int64_t pts) const;
  void add() { ++frames_; }

  // In ns, with `more` frames.
  int64_t duration(int64_t more = 0) const { return (frames_ + more) * samples_ * 1'000'000'000 / rate_; }

 private:
  explicit SoundRun(int64_t rate) : rate_(rate) {}

  static constexpr int64_t samples_ = 1024;  // of a frame
  int64_t rate_;
  int64_t begin_ = 0;
  int64_t frames_ = 0;
};

}  // namespace sluice::mux::ts
