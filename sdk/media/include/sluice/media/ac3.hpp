// AC-3: the start of a sync frame, ETSI TS 102 366 4.3 and 4.4 (ATSC A/52), which is all the configuration
// there is.
#pragma once

#include <cstdint>
#include <span>

#include "sluice/media/error.hpp"

namespace sluice::media {

inline constexpr uint32_t ac3_samples_per_frame = 1536;
inline constexpr uint8_t ac3_last_bsid = 10;  // above: Enhanced AC-3

struct Ac3Header {
  uint8_t fscod = 0;  // 0: 48 kHz, 1: 44.1 kHz, 2: 32 kHz
  uint8_t bsid = 8;   // 9 and 10: half and a quarter of the rates
  uint8_t bsmod = 0;
  uint8_t acmod = 2;          // 1: mono, 2: stereo ... 7: three front, two back
  bool lfeon = false;         // one more channel, of low frequencies
  uint8_t bit_rate_code = 0;  // index of the nominal bit rates, 0 to 18

  uint32_t sample_rate() const;
  uint32_t bit_rate() const;
  uint8_t channels() const;
  uint32_t frame_size = 0;  // in bytes, with the header
};

// Fails with Errc::truncated, malformed, or unsupported (bsid above 10: Enhanced AC-3).
Result<Ac3Header> parse_ac3_header(std::span<const uint8_t> frame);

// The header of a stream of which no frame has been seen. 0: unknown, taken as 48 kHz, stereo, 192 kbit/s.
Ac3Header guess_ac3_header(uint32_t sample_rate, uint32_t channels, uint32_t bit_rate);

}  // namespace sluice::media
