// AC-3: the synchronisation frame's header, ETSI TS 102 366 (ATSC A/52) 4.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

struct Ac3Header {
  uint32_t sample_rate = 0;
  uint32_t channels = 0;  // with the low frequency one
  size_t size = 0;        // of the frame, in bytes
  static constexpr uint32_t samples = 1536;
};

// Needs 7 bytes. Fails with Errc::truncated, malformed, or unsupported (bsid above 10: E-AC-3).
Result<Ac3Header> parse_ac3_header(std::span<const uint8_t> frame);

}  // namespace sluice::mux::ts
