// Opus in MPEG-TS (the mapping "Encapsulation of Opus in MPEG-TS" of ETSI, which ffmpeg reads): a control
// header in front of each packet, and the channel_config_code that stands for an OpusHead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

// From an OpusHead; an empty one is stereo. Fails with Errc::unsupported for a mapping the code cannot say.
Result<uint8_t> opus_channel_code(std::span<const uint8_t> opus_head);
// And back. Pre-skip is 0: what a decoder is to drop stands in the control headers.
Result<std::vector<uint8_t>> opus_head_of(uint8_t channel_code);

// opus_control_header() for a packet of this size.
void write_opus_control(size_t packet_size, std::vector<uint8_t>& out);

struct OpusUnit {
  std::span<const uint8_t> packet;  // borrowed
  size_t size = 0;                  // with the control header
};

// The first of several. Fails with Errc::truncated or malformed.
Result<OpusUnit> parse_opus_unit(std::span<const uint8_t> bytes);

}  // namespace sluice::mux::ts
