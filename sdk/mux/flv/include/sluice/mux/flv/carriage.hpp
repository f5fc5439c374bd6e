// How a track travels in FLV and RTMP: which codec is which tag, the header in front of its payload, and what
// onMetaData says of it.
#pragma once

#include <sluice/abi/frame.h>

#include <cstdint>
#include <optional>
#include <span>

#include "sluice/mux/flv/amf0.hpp"
#include "sluice/mux/flv/audio_tag.hpp"
#include "sluice/mux/flv/video_tag.hpp"

namespace sluice::mux::flv {

// `codec`: SLUICE_CODEC_*.
std::optional<VideoCodec> video_codec(uint32_t codec);
std::optional<AudioCodec> audio_codec(uint32_t codec);
uint32_t codec_of(VideoCodec codec);
uint32_t codec_of(AudioCodec codec);

// H.264, AAC, MP3: with the tags of FLV 10.1, which every player reads. The others travel enhanced.
bool is_classic(uint32_t codec);

// What the header of a frame's tag says.
struct FrameMarks {
  int64_t dts = 0;  // ns
  int64_t pts = 0;
  bool key = false;
  bool disposable = false;
};

// In front of a frame of this track. Nothing: its codec cannot travel.
std::optional<TagHeader> frame_header(const sluice_track& track, const FrameMarks& marks);

// In front of the configuration ("sequence header"). Nothing: the codec cannot travel or the track has none.
std::optional<TagHeader> configuration_header(const sluice_track& track);

// The properties of onMetaData, of the tracks that are sent.
amf0::Object metadata_of(std::span<const sluice_track* const> tracks);

}  // namespace sluice::mux::flv
