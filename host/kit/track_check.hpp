// Whether a published track keeps the payload forms of frame.h: its configuration, and frames of it. Pure.
#pragma once

#include <sluice/abi/frame.h>

#include <string>

namespace sluice::kit {

// Empty: nothing is wrong with it, or its codec is one nothing is known about.
std::string track_defect(const sluice_track& track);
// Of a frame whose track has no defect.
std::string frame_defect(const sluice_frame& frame);

std::string codec_text(std::uint32_t codec);  // "avc1"

}  // namespace sluice::kit
