// "esds": how AAC and MP3 describe themselves (ISO/IEC 14496-1 7.2.6, 14496-14 5.6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

void write_elementary_stream(std::vector<uint8_t>& out, const Track& track);

struct ElementaryStream {
  uint32_t codec = 0;           // SLUICE_CODEC_AAC or SLUICE_CODEC_MP3
  std::vector<uint8_t> config;  // AudioSpecificConfig
};

// `body` of the box, with version and flags.
Result<ElementaryStream> parse_elementary_stream(std::span<const uint8_t> body);

}  // namespace sluice::mux::mp4
