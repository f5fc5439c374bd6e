// "moov": the tracks of a fragmented stream (ISO/IEC 14496-12 8.2 to 8.8); with "ftyp" before it the init
// segment. Samples are never in it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

void write_movie(std::vector<uint8_t>& out, std::span<const Track> tracks);

// What "trex" says of samples whose fragment does not say it.
struct SampleDefaults {
  uint32_t description = 1;
  uint32_t duration = 0;
  uint32_t size = 0;
  uint32_t flags = 0;
};

struct MovieTrack {
  Track track;
  SampleDefaults defaults;
  bool carried = true;  // false: encrypted, or a codec configuration that no parser takes
};

struct Movie {
  std::vector<MovieTrack> tracks;
};

// `body` of the box. A track that cannot be read is kept as not carried, so that its samples can be skipped.
// Fails with Errc::not_fragmented, too_many_tracks, or what is wrong with the boxes.
Result<Movie> parse_movie(std::span<const uint8_t> body);

}  // namespace sluice::mux::mp4
