// The `codecs` parameter of RFC 6381: what a player is told to see whether it can play before it has a byte.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sluice/media/aac.hpp"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/vp9.hpp"

namespace sluice::media {

std::string codec_string(const AvcConfig& config);   // avc1.64001f: RFC 6381 3.3
std::string codec_string(const HevcConfig& config);  // hvc1.1.6.L93.B0: ISO/IEC 14496-15 annex E
std::string codec_string(const Av1Config& config);   // av01.0.04M.08: AV1-ISOBMFF 5
std::string codec_string(const Vp9Config& config);   // vp09.00.10.08: VP codec ISO media file format binding
std::string codec_string(
    const AacConfig& config);  // mp4a.40.2: the audio object type, with SBR 5, with PS 29

// Of a track with this configuration in canonical form, `codec` a four-character code, first letter in the
// low byte. MP3 is mp4a.6B, Opus is opus; AC-3, FLAC and all others are their four characters. Fails as the
// parser of the configuration does; MP3, Opus, AC-3 and codecs unknown here need none.
Result<std::string> codec_string(uint32_t codec, std::span<const uint8_t> config);

}  // namespace sluice::media
