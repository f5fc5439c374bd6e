// CRC_32 of ISO/IEC 13818-1, annex A: polynomial 04C11DB7, preset to ones, neither reflected nor inverted.
// Over a section with its CRC at the end it is 0.
#pragma once

#include <cstdint>
#include <span>

namespace sluice::mux::ts {

uint32_t crc32(std::span<const uint8_t> bytes);

}  // namespace sluice::mux::ts
