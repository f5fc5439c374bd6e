// Turns a clock of 32 bits that wraps (RTMP milliseconds wrap after 49.7 days) into one of 64 bits that does
// not.
//
// Each value is taken as the one nearest to the value before it, so a step back by less than 2^31 stays a
// step back and the wrap is a small step forward. Repairing steps back is the timeline's work, not this
// one's.
#pragma once

#include <cstdint>

namespace sluice::wire {

class Unroll32 {
 public:
  int64_t unroll(uint32_t value) {
    if (!started_) {
      started_ = true;
      last_ = value;
      return last_;
    }
    const auto step = static_cast<int32_t>(value - static_cast<uint32_t>(last_));
    last_ += step;
    return last_;
  }

 private:
  int64_t last_ = 0;
  bool started_ = false;
};

}  // namespace sluice::wire
