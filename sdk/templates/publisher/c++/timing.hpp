// When frames are due.
#pragma once

#include <cstdint>

// Time of frame `number` at `rate` frames a second, ns from the first one. Whole seconds apart, so that it
// neither drifts nor overflows.
constexpr std::int64_t frame_time(std::int64_t number, std::int64_t rate) {
  constexpr std::int64_t second = 1'000'000'000;
  return number / rate * second + number % rate * second / rate;
}
