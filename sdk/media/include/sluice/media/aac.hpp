// AAC: the AudioSpecificConfig of ISO/IEC 14496-3 1.6.2.1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/error.hpp"

namespace sluice::media {

struct AacConfig {
  uint8_t object_type = 2;            // of the core: 1 Main, 2 LC, 3 SSR, 4 LTP, 23 LD, 39 ELD
  uint32_t sample_rate = 0;           // of the core
  uint8_t channel_configuration = 0;  // 0: a program config element describes the channels
  uint8_t channels = 0;               // of the core
  bool sbr = false;                   // signalled in the configuration; HE-AAC may also stay silent about it
  bool ps = false;
  uint32_t output_rate = 0;           // after SBR
  uint32_t samples_per_frame = 1024;  // at sample_rate
};

// Fails with Errc::truncated (0 or 1 byte), malformed (reserved rate index or channel configuration),
// beyond_limits (rate above 192 kHz) or unsupported (an object type that is not AAC).
Result<AacConfig> parse_aac_config(std::span<const uint8_t> config);

// Fails with Errc::unsupported for channel_configuration 0 (keep the bytes it came from instead) and for ELD.
Result<std::vector<uint8_t>> serialise_aac_config(const AacConfig& config);

}  // namespace sluice::media
