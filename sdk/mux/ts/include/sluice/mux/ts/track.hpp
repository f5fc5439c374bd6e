// Tracks and frames as the muxer takes them and the demuxer gives them: plain values in the canonical forms
// of sluice/abi/frame.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::mux::ts {

enum class Kind : uint8_t { video = 1, audio = 2, data = 3 };  // as SLUICE_TRACK_*

struct Track {
  uint32_t id = 0;  // the caller's in a muxer; from 1, never used again, in a demuxer
  Kind kind = Kind::data;
  uint32_t codec = 0;  // SLUICE_CODEC_*, or any four-character code for data
  std::vector<uint8_t> config;
  std::string language;      // BCP 47, may be empty
  uint32_t sample_rate = 0;  // audio: Hz, 0 unknown
  uint32_t channels = 0;
};

// One access unit. The payload is borrowed for the call.
struct Frame {
  uint32_t track = 0;
  bool key = false;            // video: decoding can start here
  bool disposable = false;     // no other frame refers to it; the muxer does not care
  bool discontinuity = false;  // the timeline broke before this frame
  int64_t dts = 0;             // ns
  int64_t pts = 0;
  std::span<const uint8_t> payload;
};

}  // namespace sluice::mux::ts
