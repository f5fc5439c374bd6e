// Nanoseconds to ticks of a timescale and back. Each time is converted by itself, to the nearest, so nothing
// adds up: a time that was made from ticks finds them again as long as a tick is longer than two nanoseconds.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace sluice::mux::mp4 {

inline constexpr int64_t second_ns = 1'000'000'000;

// `timescale` from 1 to max_written_timescale; any time of 64 bits fits.
constexpr int64_t ticks_of(int64_t ns, uint32_t timescale) {
  int64_t seconds = ns / second_ns;
  int64_t rest = ns % second_ns;
  if (rest < 0) {
    --seconds;
    rest += second_ns;
  }
  return seconds * timescale + (rest * timescale + second_ns / 2) / second_ns;
}

// Nothing: more than 146 years from zero; two times that are given can be added.
constexpr std::optional<int64_t> ns_of(int64_t ticks, uint32_t timescale) {
  if (timescale == 0) return std::nullopt;
  int64_t seconds = ticks / timescale;
  int64_t rest = ticks % timescale;
  if (rest < 0) {
    --seconds;
    rest += timescale;
  }
  constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 2 / second_ns - 2;
  if (seconds > limit || seconds < -limit) return std::nullopt;
  return seconds * second_ns + (rest * second_ns + timescale / 2) / timescale;
}

}  // namespace sluice::mux::mp4
