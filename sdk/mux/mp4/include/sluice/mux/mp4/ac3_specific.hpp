// "dac3": the facts of an AC-3 frame header (ETSI TS 102 366 F.4).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/ac3.hpp"
#include "sluice/mux/mp4/error.hpp"

namespace sluice::mux::mp4 {

void write_ac3_specific(std::vector<uint8_t>& out, const media::Ac3Header& header);
Result<media::Ac3Header> parse_ac3_specific(std::span<const uint8_t> body);

}  // namespace sluice::mux::mp4
