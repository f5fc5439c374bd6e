// MP3: the frame header of ISO/IEC 11172-3 2.4.1.3 and 13818-3, which is all the configuration there is.
#pragma once

#include <cstdint>
#include <span>

#include "sluice/media/error.hpp"

namespace sluice::media {

struct Mp3Header {
  uint32_t sample_rate = 0;
  uint32_t bit_rate = 0;
  uint8_t channels = 0;
  uint32_t samples_per_frame = 0;
  uint32_t frame_size = 0;  // in bytes, with the header
};

// Layer III only. Fails with Errc::truncated, malformed, or unsupported (other layers, free format).
Result<Mp3Header> parse_mp3_header(std::span<const uint8_t> frame);

}  // namespace sluice::media
