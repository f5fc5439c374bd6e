// The clock of FLV tags and RTMP messages: milliseconds in 32 bits, which wrap after 49.7 days (FLV E.4.1
// calls them signed: half of that; readers take the difference from one to the next).
#pragma once

#include <cstdint>

namespace sluice::mux::flv {

inline constexpr int64_t ns_per_ms = 1'000'000;

// Floor, also before zero, so that what does not fall in ns does not fall in ms.
constexpr int64_t to_ms(int64_t ns) { return ns / ns_per_ms - (ns % ns_per_ms < 0); }

constexpr uint32_t to_timestamp(int64_t ns) { return static_cast<uint32_t>(to_ms(ns)); }

}  // namespace sluice::mux::flv
