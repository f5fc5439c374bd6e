// What playlists and manifests say of a rendition beside its segments: one track of one stream, and the
// ladder the streams stand on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::hls {

struct Rendition {
  std::string id = {};             // its folder: "v1", "a2"
  std::string codecs = {};         // RFC 6381: "avc1.64001f"
  std::string language = {};       // BCP 47, may be empty
  std::uint64_t peak_bitrate = 0;  // bit/s, measured
  std::uint64_t average_bitrate = 0;
  bool independent = true;  // every segment begins with an independent frame
  // video, 0 unknown
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t frame_rate_num = 0;
  std::uint32_t frame_rate_den = 0;
  // audio, 0 unknown
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
};

// One stream of a ladder: "cam" itself has the folder "", its layer cam~720p "../cam~720p/".
struct Layer {
  std::string folder;            // relative to the manifest, empty or ending in '/'
  std::vector<Rendition> video;  // usually one
  std::vector<Rendition> audio;
};

}  // namespace sluice::hls
