// Repairs a source's clock, once, at the origin. Pure.
//
//   source   10.00 10.04 10.08 | 3.00 3.04      (restarted: jumped back)
//   stream    0.00  0.04  0.08 | 0.12 0.16      one offset for all tracks, so sound and picture stay together
//
// Each track follows the offset it is on as long as it runs on smoothly. A track that leaves its own line
// joins the stream's newest offset if it fits there (the other tracks jumped before it), else it makes a new
// one.
#pragma once

#include <array>
#include <cstdint>

#include "engine/track.hpp"

namespace sluice::engine {

struct Repaired {
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  bool discontinuity = false;
};

class Timeline {
 public:
  static constexpr std::int64_t forward_jump = 5'000'000'000;   // beyond it a source counts as idle anyway
  static constexpr std::int64_t backward_jump = 200'000'000;    // within one track; below it: held in place
  static constexpr std::int64_t interleave = 5'000'000'000;     // how far tracks may lie apart
  static constexpr std::int64_t reorder_most = 10'000'000'000;  // between a frame's two times

  struct Corrections {
    std::uint64_t jumps = 0;  // absorbed on a new offset
    std::uint64_t held = 0;   // dts that fell a little, raised to the one before
    std::uint64_t pts = 0;    // presentation times that made no sense
  };

  // A publisher came back, perhaps with another clock.
  void restart();
  Repaired repair(std::uint8_t slot, std::int64_t dts, std::int64_t pts, std::int64_t duration);
  const Corrections& corrections() const { return corrections_; }

 private:
  struct Track {
    bool started = false;
    std::int64_t offset = 0;
    std::int64_t last_in = 0;
    std::int64_t last_out = 0;
    bool has_out = false;
    std::int64_t step = 0;   // between its last two frames
    std::int64_t shift = 0;  // dts lowered by so much, so that pts >= dts (negative composition times)
  };

  bool place(Track& track, std::int64_t in, std::int64_t composition, std::int64_t duration);
  void open_line(Track& track, std::int64_t in, std::int64_t composition, std::int64_t duration);

  std::array<Track, TrackTable::most> tracks_;
  bool started_ = false;  // has ever put a frame out
  bool fresh_ = true;     // the next frame opens a line
  std::int64_t offset_ = 0;
  std::int64_t newest_in_ = 0;
  std::int64_t newest_out_ = 0;    // dts
  std::int64_t newest_shown_ = 0;  // pts
  Corrections corrections_;
};

}  // namespace sluice::engine
