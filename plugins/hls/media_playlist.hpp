// Writes a media playlist (RFC 8216bis 4.4.3 to 4.4.5) of what a PartIndex offers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "part_index.hpp"

namespace sluice::hls {

// EXT-X-RENDITION-REPORT of another rendition.
struct RenditionReport {
  std::string uri;  // of its media playlist, relative to this one
  PartIndex::Newest newest;
};

struct PlaylistWish {
  bool ts = false;    // plain HLS: seg_<n>.ts, no parts, no directives
  bool skip = false;  // _HLS_skip: a delta update, where there is something to skip
  // The longest part target of the renditions played together; the own one if shorter.
  std::int64_t common_part_target = 0;
  std::span<const RenditionReport> reports = {};
  std::string_view query = {};  // with '?', behind every URI (carried_query)
};

// CAN-SKIP-UNTIL in ns: six target durations, the least the standard allows.
std::int64_t skip_boundary(const PartIndex& index);

// `index` is ready. URIs are relative: names beside the playlist.
std::string write_media_playlist(const PartIndex& index, const PlaylistWish& wish);

}  // namespace sluice::hls
