// One track of an MP4 stream, as both the muxer takes and the demuxer gives it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::mux::mp4 {

// Fields as in sluice_track (sluice/abi/frame.h); `config` in the canonical form that stands there.
struct Track {
  uint32_t id = 0;    // track_ID, not 0
  uint32_t kind = 0;  // SLUICE_TRACK_*
  uint32_t codec = 0;
  uint32_t timescale = 0;  // ticks per second of its times in the stream
  std::vector<uint8_t> config;
  std::string language;  // BCP 47, may be empty
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t sample_rate = 0;
  uint32_t channels = 0;
  int32_t rotation = 0;  // degrees clockwise: 0, 90, 180, 270
  uint32_t bitrate = 0;  // bit/s, 0 unknown

  // The edit list (ISO/IEC 14496-12 8.6.6): the track is shown from media time `edit_start` (ticks) on, after
  // `edit_delay` (ns, kept to 1/90000 s) of nothing. 0 and 0: no edit list.
  int64_t edit_start = 0;
  int64_t edit_delay = 0;

  friend bool operator==(const Track&, const Track&) = default;
};

}  // namespace sluice::mux::mp4
