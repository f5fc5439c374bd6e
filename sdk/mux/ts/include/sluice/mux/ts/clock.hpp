// The clocks of ISO/IEC 13818-1: PTS and DTS count 90 kHz in 33 bits (2.4.3.7), PCR 27 MHz as a base of 33
// bits and an extension of 9 (2.4.3.5). Outside of packets time is ns in 64 bits.
#pragma once

#include <cstdint>

namespace sluice::mux::ts {

inline constexpr uint64_t clock_wrap = uint64_t{1} << 33;  // of PTS and DTS
inline constexpr uint64_t pcr_wrap = clock_wrap * 300;     // of PCR
inline constexpr int64_t max_time = int64_t{1} << 61;      // ns: 73 years, either way
inline constexpr int64_t max_ticks = int64_t{1} << 47;
inline constexpr int64_t milliseconds = 1'000'000;  // in ns

// Rounded to the next tick; the inverse of ns_of_ticks. Neither overflows below 2^61 ns.
constexpr int64_t ticks_of_ns(int64_t ns) {
  const int64_t whole = ns / 100'000 - (ns % 100'000 < 0 ? 1 : 0);
  return whole * 9 + ((ns - whole * 100'000) * 9 + 50'000) / 100'000;
}
constexpr int64_t ns_of_ticks(int64_t ticks) {
  const int64_t whole = ticks / 9 - (ticks % 9 < 0 ? 1 : 0);
  return whole * 100'000 + (ticks - whole * 9) * 100'000 / 9;
}

// What stands in a packet.
constexpr uint64_t timestamp_of_ns(int64_t ns) { return static_cast<uint64_t>(ticks_of_ns(ns)) % clock_wrap; }
constexpr uint64_t pcr_of_ns(int64_t ns) {
  const auto wrap = static_cast<int64_t>(pcr_wrap);
  const int64_t us = ns / 1000 - (ns % 1000 < 0 ? 1 : 0);
  const int64_t ticks = us * 27 + (ns - us * 1000) * 27 / 1000;
  return static_cast<uint64_t>((ticks % wrap + wrap) % wrap);
}

// Turns timestamps that wrap after 26.5 hours into ticks that do not: each is taken as the one nearest to the
// one before it, over all timestamps of a programme.
class Unroll33 {
 public:
  int64_t unroll(uint64_t timestamp) {
    if (!started_) {
      started_ = true;
      return last_ = static_cast<int64_t>(timestamp);
    }
    return last_ = near(timestamp);
  }
  // Without moving on; unroll() must have been called once.
  int64_t near(uint64_t timestamp) const {
    constexpr auto half = static_cast<int64_t>(clock_wrap / 2);
    auto step = static_cast<int64_t>((timestamp - static_cast<uint64_t>(last_)) % clock_wrap);
    if (step >= half) step -= 2 * half;
    return last_ + step;
  }

 private:
  int64_t last_ = 0;
  bool started_ = false;
};

}  // namespace sluice::mux::ts
