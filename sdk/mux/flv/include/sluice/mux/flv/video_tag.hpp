// The body of a video message: the FLV video tag ("Adobe Flash Video File Format 10.1" E.4.3), HEVC under the
// codec id 12 that many encoders took for themselves, and Enhanced RTMP.
//
//   legacy    frame type 4 | codec 4 | packet type 8 | composition time 24 | data
//   enhanced  1 | frame type 3 | packet type 4 | FourCC 32 | (avc1, hvc1 CodedFrames: composition time 24) |
//   data
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/mux/flv/ex_header.hpp"

namespace sluice::mux::flv {

enum class VideoCodec : uint8_t { h264, hevc, av1, vp9 };

enum class VideoPacket : uint8_t {
  sequence_start,          // payload: the codec's configuration record
  frames,                  // payload: one access unit
  sequence_end,            // no payload
  metadata,                // payload: AMF0, e.g. colour information. Names no codec
  mpeg2ts_sequence_start,  // payload: the AV1 descriptor of MPEG-2 TS
  command,                 // a seek mark for players; to be ignored. Names no codec
};

struct VideoTag {
  VideoCodec codec = VideoCodec::h264;
  VideoPacket packet = VideoPacket::frames;
  bool enhanced = false;
  bool key = false;  // as the encoder marks it
  bool disposable = false;
  uint8_t track = 0;
  int32_t composition_ms = 0;  // PTS - DTS; may be negative
  uint32_t nano_offset = 0;    // below a millisecond, added to DTS
  std::span<const uint8_t> payload;
};

struct VideoTags {
  boost::container::static_vector<VideoTag, max_tracks> tags;  // one, unless the message is multitrack
  uint32_t skipped = 0;                                        // tracks of codecs we do not carry
};

// Spans point into `message`. Fails with Errc::empty_message, malformed_tag, bad_multitrack or, if nothing in
// it is for us, unsupported_codec: each drops the message only.
Result<VideoTags> parse_video(std::span<const uint8_t> message);

// What stands before the payload when we send: at most 8 bytes.
struct TagHeader {
  std::array<uint8_t, 8> bytes{};
  size_t size = 0;
  std::span<const uint8_t> view() const { return std::span(bytes).first(size); }
};

struct VideoHeader {
  VideoCodec codec = VideoCodec::h264;
  VideoPacket packet = VideoPacket::frames;  // sequence_start, frames or sequence_end
  bool enhanced = false;                     // H.264 may be either; the others are always enhanced
  bool key = false;
  bool disposable = false;
  int32_t composition_ms = 0;  // held to 24 bits
};

TagHeader serialise_video_header(const VideoHeader& header);

}  // namespace sluice::mux::flv
