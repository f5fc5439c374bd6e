// Opus: the identification header of RFC 7845 5.1 ("OpusHead") and the length of a packet (RFC 6716 3.1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/error.hpp"

namespace sluice::media {

inline constexpr uint32_t opus_clock = 48000;

struct OpusConfig {
  uint8_t channels = 2;
  uint16_t pre_skip = 312;  // samples at 48 kHz
  uint32_t input_rate = opus_clock;
  int16_t gain = 0;
  uint8_t mapping_family = 0;
  uint8_t streams = 1;  // these three only with a mapping family other than 0
  uint8_t coupled_streams = 1;
  std::vector<uint8_t> mapping;
};

Result<OpusConfig> parse_opus_config(std::span<const uint8_t> head);
std::vector<uint8_t> serialise_opus_config(const OpusConfig& config);

// Samples at 48 kHz in one packet, at most 120 ms of them. Fails with Errc::truncated or malformed.
Result<uint32_t> opus_packet_samples(std::span<const uint8_t> packet);

}  // namespace sluice::media
