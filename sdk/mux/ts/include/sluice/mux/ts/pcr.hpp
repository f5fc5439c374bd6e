// When a programme clock reference is due, and what it says (ISO/IEC 13818-1 2.4.2, 2.7.2): never over 40 ms
// apart on its own scale, never back, never after the decoding time of a frame that follows.
//
// A frame is decoded a fixed delay after the clock at which it is sent. The clock also stays behind the
// slowest track, so that sound which comes late by more than the delay is still in time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "sluice/mux/ts/clock.hpp"

namespace sluice::mux::ts {

class PcrClock {
 public:
  static constexpr int64_t max_interval = 40 * milliseconds;
  // A larger gap is not filled with references; the time base breaks instead.
  static constexpr int64_t max_gap = 3000 * milliseconds;
  // A track silent for longer does not hold the clock back.
  static constexpr int64_t max_wait = 2000 * milliseconds;

  explicit PcrClock(int64_t delay) : delay_(delay) {}

  // The timeline broke, or begins: the next reference is the first of another time base.
  void restart();
  bool is_fresh() const { return !last_; }
  void forget(uint32_t track);

  // The next frame in sending order. True if the time base had to be broken: it went back on its own track,
  // or leapt. `paces`: the clock waits for this track (sound and picture, not sparse data).
  bool advance(uint32_t track, int64_t dts, bool paces);

  // A reference that must be sent before the one of this frame; call until there is none.
  std::optional<int64_t> filler();
  // The reference in this frame's first packet. None when the clock has not moved or the frame's packets
  // cannot carry one (`wanted`), unless it is the first of a time base or `force` asks for one in any case.
  std::optional<int64_t> reference(bool force, bool wanted);

  int64_t now() const { return last_.value_or(target_); }
  // Frames that came so late that the clock had passed their decoding time.
  uint64_t late_frames() const { return late_; }

 private:
  int64_t delay_;
  std::optional<int64_t> last_;  // sent
  int64_t target_ = 0;           // what a reference sent now would say
  std::map<uint32_t, int64_t> newest_;
  uint64_t late_ = 0;
};

}  // namespace sluice::mux::ts
