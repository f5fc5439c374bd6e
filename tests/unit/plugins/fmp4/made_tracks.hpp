// Tracks for packaging: pictures in H.264, sounds in AAC and Opus, and one that MP4 cannot carry.
#pragma once

#include <sluice/abi/frame.h>

#include <cstdint>
#include <vector>

namespace sluice::test {

inline sluice_track made_track(std::uint32_t id, std::uint32_t kind, std::uint32_t codec,
                               const std::vector<std::uint8_t>& config) {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.id = id;
  track.revision = 1;
  track.kind = kind;
  track.codec = codec;
  track.timescale = 1000;
  track.config = {config.data(), config.size()};
  return track;
}

inline sluice_track picture_track(std::uint32_t id) {
  static const std::vector<std::uint8_t> config = {
      1,    0x64, 0x00, 0x0d, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0d, 0xac, 0xd9, 0x41, 0x51,
      0x9e, 0x22, 0x6c, 0x04, 0x40, 0x00, 0x00, 0xfa, 0x40, 0x00, 0x3a, 0x98, 0x03, 0xc5, 0x0a, 0x65,
      0x80, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0x00};
  return made_track(id, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, config);
}

inline sluice_track sound_track(std::uint32_t id) {
  static const std::vector<std::uint8_t> config = {0x12, 0x10};
  return made_track(id, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, config);
}

inline sluice_track opus_track(std::uint32_t id) {
  static const std::vector<std::uint8_t> none;
  return made_track(id, SLUICE_TRACK_AUDIO, SLUICE_CODEC_OPUS, none);
}

inline sluice_track telephone_track(std::uint32_t id) {
  static const std::vector<std::uint8_t> none;
  return made_track(id, SLUICE_TRACK_AUDIO, SLUICE_CODEC_G711A, none);
}

}  // namespace sluice::test
