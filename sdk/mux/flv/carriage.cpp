#include "sluice/mux/flv/carriage.hpp"

#include "sluice/mux/flv/timestamp.hpp"

namespace sluice::mux::flv {
namespace {

AudioHeader audio_header(const sluice_track& track, AudioCodec codec, AudioPacket packet) {
  AudioHeader header;
  header.codec = codec;
  header.packet = packet;
  header.enhanced = !is_classic(track.codec);
  if (track.sample_rate) header.sample_rate = track.sample_rate;
  if (track.channels) header.channels = static_cast<uint8_t>(track.channels);
  return header;
}

// The classic numbers, else the FourCC as a number (Enhanced RTMP 1).
double metadata_codec(uint32_t codec) {
  switch (codec) {
    case SLUICE_CODEC_H264:
      return 7;
    case SLUICE_CODEC_AAC:
      return 10;
    case SLUICE_CODEC_MP3:
      return 2;
    default:
      return static_cast<double>(__builtin_bswap32(codec));
  }
}

}  // namespace

std::optional<VideoCodec> video_codec(uint32_t codec) {
  switch (codec) {
    case SLUICE_CODEC_H264:
      return VideoCodec::h264;
    case SLUICE_CODEC_H265:
      return VideoCodec::hevc;
    case SLUICE_CODEC_AV1:
      return VideoCodec::av1;
    case SLUICE_CODEC_VP9:
      return VideoCodec::vp9;
    default:
      return std::nullopt;
  }
}

std::optional<AudioCodec> audio_codec(uint32_t codec) {
  switch (codec) {
    case SLUICE_CODEC_AAC:
      return AudioCodec::aac;
    case SLUICE_CODEC_MP3:
      return AudioCodec::mp3;
    case SLUICE_CODEC_OPUS:
      return AudioCodec::opus;
    case SLUICE_CODEC_AC3:
      return AudioCodec::ac3;
    default:
      return std::nullopt;
  }
}

uint32_t codec_of(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::h264:
      return SLUICE_CODEC_H264;
    case VideoCodec::hevc:
      return SLUICE_CODEC_H265;
    case VideoCodec::av1:
      return SLUICE_CODEC_AV1;
    case VideoCodec::vp9:
      return SLUICE_CODEC_VP9;
  }
  return 0;
}

uint32_t codec_of(AudioCodec codec) {
  switch (codec) {
    case AudioCodec::aac:
      return SLUICE_CODEC_AAC;
    case AudioCodec::mp3:
      return SLUICE_CODEC_MP3;
    case AudioCodec::opus:
      return SLUICE_CODEC_OPUS;
    case AudioCodec::ac3:
      return SLUICE_CODEC_AC3;
  }
  return 0;
}

bool is_classic(uint32_t codec) {
  return codec == SLUICE_CODEC_H264 || codec == SLUICE_CODEC_AAC || codec == SLUICE_CODEC_MP3;
}

std::optional<TagHeader> frame_header(const sluice_track& track, const FrameMarks& marks) {
  if (const auto codec = video_codec(track.codec)) {
    VideoHeader header;
    header.codec = *codec;
    header.enhanced = !is_classic(track.codec);
    header.key = marks.key;
    header.disposable = marks.disposable;
    header.composition_ms = static_cast<int32_t>(to_ms(marks.pts) - to_ms(marks.dts));
    return serialise_video_header(header);
  }
  if (const auto codec = audio_codec(track.codec))
    return serialise_audio_header(audio_header(track, *codec, AudioPacket::frames));
  return std::nullopt;
}

std::optional<TagHeader> configuration_header(const sluice_track& track) {
  if (track.config.size == 0) return std::nullopt;
  if (const auto codec = video_codec(track.codec)) {
    VideoHeader header;
    header.codec = *codec;
    header.packet = VideoPacket::sequence_start;
    header.enhanced = !is_classic(track.codec);
    header.key = true;
    return serialise_video_header(header);
  }
  if (const auto codec = audio_codec(track.codec))
    return serialise_audio_header(audio_header(track, *codec, AudioPacket::sequence_start));
  return std::nullopt;
}

amf0::Object metadata_of(std::span<const sluice_track* const> tracks) {
  amf0::Object metadata;
  const auto add = [&](const char* name, double value) {
    if (value > 0) metadata.properties.push_back({name, value});
  };
  for (const sluice_track* track : tracks) {
    const double kilobits = track->bitrate / 1000.0;
    if (track->kind == SLUICE_TRACK_VIDEO) {
      add("width", track->width);
      add("height", track->height);
      if (track->frame_rate_den)
        add("framerate", static_cast<double>(track->frame_rate_num) / track->frame_rate_den);
      add("videocodecid", metadata_codec(track->codec));
      add("videodatarate", kilobits);
    } else {
      add("audiosamplerate", track->sample_rate);
      add("audiochannels", track->channels);
      add("audiocodecid", metadata_codec(track->codec));
      add("audiodatarate", kilobits);
      if (track->channels) metadata.properties.push_back({"stereo", track->channels == 2});
    }
  }
  return metadata;
}

}  // namespace sluice::mux::flv
