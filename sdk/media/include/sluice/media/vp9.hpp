// VP9: the codec configuration record of "VP Codec ISO Media File Format Binding" ("vpcC") and the first bits
// of a frame. Frames pass as they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/error.hpp"

namespace sluice::media {

struct Vp9Config {
  uint8_t profile = 0;
  uint8_t level = 10;
  uint8_t bit_depth = 8;
  uint8_t chroma_subsampling = 1;  // 0, 1: 4:2:0; 2: 4:2:2; 3: 4:4:4
  bool full_range = false;
  uint8_t colour_primaries = 2;
  uint8_t transfer_characteristics = 2;
  uint8_t matrix_coefficients = 2;
};

struct Vp9Frame {
  bool key = false;
  uint32_t width = 0;  // of a key frame; 0 otherwise
  uint32_t height = 0;
};

// Accepts the bare record of 8 bytes and the full box with its version before it; both are sent over RTMP.
Result<Vp9Config> parse_vp9_config(std::span<const uint8_t> record);

// The full box form (version 1), which is what players expect.
std::vector<uint8_t> serialise_vp9_config(const Vp9Config& config);

// Reads the uncompressed header as far as the size. For a superframe that is its first frame.
Result<Vp9Frame> scan_vp9_frame(std::span<const uint8_t> frame);

}  // namespace sluice::media
