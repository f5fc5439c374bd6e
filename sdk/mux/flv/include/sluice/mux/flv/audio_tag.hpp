// The body of an audio message: the FLV audio tag ("Adobe Flash Video File Format 10.1" E.4.2) and Enhanced
// RTMP behind its sound format 9.
//
//   legacy    format 4 | rate 2 | size 1 | type 1 | (AAC: packet type 8) | data
//   enhanced  9 in 4 | packet type 4 | FourCC 32 | data
#pragma once

#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <span>

#include "sluice/mux/flv/ex_header.hpp"
#include "sluice/mux/flv/video_tag.hpp"

namespace sluice::mux::flv {

enum class AudioCodec : uint8_t { aac, mp3, opus, ac3 };

enum class AudioPacket : uint8_t {
  sequence_start,       // payload: AudioSpecificConfig or OpusHead
  frames,               // payload: one raw AAC frame, one MP3 or AC-3 frame, one Opus packet
  sequence_end,         // no payload
  multichannel_config,  // payload: channel order; informative
};

struct AudioTag {
  AudioCodec codec = AudioCodec::aac;
  AudioPacket packet = AudioPacket::frames;
  bool enhanced = false;
  uint8_t track = 0;
  uint32_t nano_offset = 0;  // below a millisecond, added to the timestamp
  std::span<const uint8_t> payload;
};

struct AudioTags {
  boost::container::static_vector<AudioTag, max_tracks> tags;
  uint32_t skipped = 0;  // tracks of codecs we do not carry: E-AC-3, FLAC
};

// As parse_video.
Result<AudioTags> parse_audio(std::span<const uint8_t> message);

struct AudioHeader {
  AudioCodec codec = AudioCodec::aac;
  AudioPacket packet = AudioPacket::frames;
  bool enhanced = false;         // AAC and MP3 may be either; the others are always enhanced
  uint32_t sample_rate = 44100;  // only legacy MP3 says it, in steps
  uint8_t channels = 2;
};

TagHeader serialise_audio_header(const AudioHeader& header);

}  // namespace sluice::mux::flv
