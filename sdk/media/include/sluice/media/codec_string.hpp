// The "codecs" parameter of a MIME type (RFC 6381), as players ask for it before they fetch anything.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sluice::media {

// `fourcc` and `config` as a track has them (first letter in the low byte; canonical configuration):
//   avc1.64001f  hvc1.1.6.L93.b0  av01.0.04M.08  vp09.00.31.08  mp4a.40.2  opus  mp4a.6B  ac-3
// Empty where the codec is unknown or its configuration does not parse.
std::string codec_string(uint32_t fourcc, std::span<const uint8_t> config);

}  // namespace sluice::media
