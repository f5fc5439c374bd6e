// What a viewer of stream lists wants to know of a video track, whatever its codec.
#pragma once

#include <cstdint>

namespace sluice::media {

// Larger pictures are refused: no level of any codec here goes beyond, and sizes must multiply without
// overflow.
inline constexpr uint32_t max_picture_side = 16384;

struct FrameRate {
  uint32_t numerator = 0;  // 0: the stream does not say
  uint32_t denominator = 1;
};

struct Picture {
  uint32_t width = 0;  // after cropping
  uint32_t height = 0;
  FrameRate rate;
  uint8_t chroma_format = 1;  // 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4
  uint8_t bit_depth_luma = 8;
  uint8_t bit_depth_chroma = 8;
};

}  // namespace sluice::media
