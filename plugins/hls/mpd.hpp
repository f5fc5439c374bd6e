// Writes a live DASH manifest (ISO/IEC 23009-1) over the very segments the HLS playlists list.
//
//   MPD dynamic > Period per discontinuity or hole > AdaptationSet video, audio... > Representation
//
// Presentation time is the stream's media time, in every Period: Period@start = @presentationTimeOffset. So
// nodes that began at different moments say the same of a segment.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "part_index.hpp"
#include "rendition.hpp"

namespace sluice::hls {

struct MpdRendition {
  const Rendition* facts = nullptr;
  const PartIndex* index = nullptr;  // ready
  std::string folder;                // of its layer
  bool video = false;
  std::uint32_t timescale = 90'000;  // of the track in the segments; times are rounded to it as there
};

struct MpdWish {
  std::int64_t now = 0;  // ns since 1970-01-01 UTC: UTCTiming
  // Wall clock of media time 0, ns; settled once by the caller, since it must not change.
  std::int64_t availability_start = 0;
  // DASH-IF low latency: name the open segment too, with the length of the one before, to be requested while
  // it grows.
  bool low_latency = false;
  std::string_view query = {};  // with '?', behind every URI (carried_query)
};

// At least one rendition; the first one's window tells Periods and depth.
std::string write_mpd(std::span<const MpdRendition> renditions, const MpdWish& wish);

}  // namespace sluice::hls
