// "dOps": OpusHead with its numbers the other way round (Encapsulation of Opus in ISO-BMFF 4.3.2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/mp4/error.hpp"

namespace sluice::mux::mp4 {

// `head` is an OpusHead that parses, or empty: then one of `channels` without a mapping.
void write_opus_specific(std::vector<uint8_t>& out, std::span<const uint8_t> head, uint32_t channels);

// Gives an OpusHead.
Result<std::vector<uint8_t>> parse_opus_specific(std::span<const uint8_t> body);

}  // namespace sluice::mux::mp4
