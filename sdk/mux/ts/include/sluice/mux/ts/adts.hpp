// ADTS (ISO/IEC 14496-3 1.A.2.2): the header in front of each AAC access unit in a transport stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

inline constexpr size_t adts_size = 7;  // without CRC
inline constexpr size_t adts_max_unit = 0x1fff - adts_size;

using AdtsHeader = std::array<uint8_t, adts_size>;

// The header of this AudioSpecificConfig's access units, for a unit of 0 bytes. Fails with Errc::unsupported
// for what ADTS cannot say: object types above 4, rates off the list, channels by program config element,
// frames of 960 samples. SBR and PS stay unsaid: decoders find them in the units.
Result<AdtsHeader> make_adts(std::span<const uint8_t> audio_specific_config);
// Fails with Errc::beyond_limits above adts_max_unit.
Result<AdtsHeader> adts_for(const AdtsHeader& header, size_t unit_size);

struct AdtsFrame {
  size_t header_size = 0;           // 7, or 9 with CRC
  size_t size = 0;                  // with header
  std::array<uint8_t, 2> config{};  // AudioSpecificConfig: LC and the like without extensions
  uint32_t sample_rate = 0;
  uint32_t channels = 0;
  uint32_t samples = 0;
};

// Needs adts_size bytes. Fails with Errc::truncated, malformed, or unsupported (several raw data blocks under
// one header, channels by program config element).
Result<AdtsFrame> parse_adts(std::span<const uint8_t> bytes);

}  // namespace sluice::mux::ts
