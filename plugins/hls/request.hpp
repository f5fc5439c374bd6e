// What a viewer asks for: the path below the server's root and the delivery directives in the query.
//
//   live/cam/index.m3u8            multivariant playlist      live/cam/manifest.mpd   DASH
//   live/cam/v1/media.m3u8         playlist of track 1        live/cam/ts/media.m3u8  plain HLS, all tracks
//   live/cam/v1/seg_7.m4s          segment 7                  live/cam/ts/seg_7.ts
//   live/cam/v1/part_7_3.m4s       its part 3                 live/cam/v1/init_0.mp4  media initialisation
//   section
//
// One resource has one name: numbers have no leading zeros, nothing is escaped. The last one or two segments
// are ours and cannot be confused with another stream's: a stream live/cam/v1 has live/cam/v1/index.m3u8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "error.hpp"

namespace sluice::hls {

enum class FileKind { multivariant, manifest, media, segment, part, init };

struct File {
  FileKind kind = FileKind::multivariant;
  std::uint64_t number = 0;  // of a segment or initialisation section; of a part, its segment's
  std::uint32_t part = 0;
  bool ts = false;  // media playlist or segment of the transport stream
};

struct Target {
  std::string_view key;        // of the stream, as in the path: not yet known to be a canonical key
  std::string_view rendition;  // "v1", "a2", "ts"; empty for multivariant and manifest
  File file;
};

// What stands in the path is borrowed. Fails with no_such_file: anything that is not spelt as above.
Result<Target> parse_target(std::string_view path);

// The name within its folder, e.g. "seg_7.m4s".
std::string spell(const File& file);

// RFC 8216bis 6.2.5.
struct Delivery {
  std::optional<std::uint64_t> msn;
  std::optional<std::uint32_t> part;
  bool skip = false;
};

inline constexpr std::size_t max_query_length = 4096;

// Everything but the _HLS_ directives is left to others (tokens). Fails with bad_number, part_without_msn,
// directive_repeated, bad_skip, query_too_long.
Result<Delivery> parse_delivery(std::string_view query);

// What a viewer's next requests must show again (tokens): the query without the _HLS_ directives, with '?',
// for the URIs of a playlist. Empty if nothing is left, or something a URI or a quoted attribute cannot hold.
std::string carried_query(std::string_view query);

}  // namespace sluice::hls
