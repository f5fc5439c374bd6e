#include "egress.hpp"

#include "wire/audio_tag.hpp"
#include "wire/chunk_writer.hpp"
#include "wire/command.hpp"
#include "wire/video_tag.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::uint32_t audio_chunk_stream = 4;
constexpr std::uint32_t data_chunk_stream = 5;
constexpr std::uint32_t video_chunk_stream = 6;
constexpr std::int64_t ns_per_ms = 1'000'000;

// RTMP's clock has milliseconds in 32 bits and wraps ("RTMP 1.0" 5.3.1.1); floor, also before zero.
std::int64_t to_ms(std::int64_t ns) {
  return ns >= 0 ? ns / ns_per_ms : -((-ns + ns_per_ms - 1) / ns_per_ms);
}
std::uint32_t to_timestamp(std::int64_t ns) { return static_cast<std::uint32_t>(to_ms(ns)); }

std::optional<VideoCodec> video_codec(std::uint32_t codec) {
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

std::optional<AudioCodec> audio_codec(std::uint32_t codec) {
  switch (codec) {
    case SLUICE_CODEC_AAC:
      return AudioCodec::aac;
    case SLUICE_CODEC_MP3:
      return AudioCodec::mp3;
    case SLUICE_CODEC_OPUS:
      return AudioCodec::opus;
    default:
      return std::nullopt;
  }
}

// The tag header of a message of this track; nothing if the codec has none over RTMP.
std::optional<TagHeader> tag_header(const sluice_track& track, bool configuration,
                                    const sluice_frame* frame) {
  if (const auto codec = video_codec(track.codec)) {
    VideoHeader header;
    header.codec = *codec;
    header.packet = configuration ? VideoPacket::sequence_start : VideoPacket::frames;
    header.enhanced = *codec != VideoCodec::h264;
    header.key = configuration || (frame && frame->flags & SLUICE_FRAME_KEY);
    header.disposable = frame && frame->flags & SLUICE_FRAME_DISPOSABLE;
    if (frame) header.composition_ms = static_cast<std::int32_t>(to_ms(frame->pts) - to_ms(frame->dts));
    return serialise_video_header(header);
  }
  if (const auto codec = audio_codec(track.codec)) {
    AudioHeader header;
    header.codec = *codec;
    header.packet = configuration ? AudioPacket::sequence_start : AudioPacket::frames;
    header.enhanced = *codec == AudioCodec::opus;
    if (track.sample_rate) header.sample_rate = track.sample_rate;
    if (track.channels) header.channels = static_cast<std::uint8_t>(track.channels);
    return serialise_audio_header(header);
  }
  return std::nullopt;
}

MessageHeader message_header(const sluice_track& track, std::int64_t dts) {
  const bool video = track.kind == SLUICE_TRACK_VIDEO;
  return {video ? video_chunk_stream : audio_chunk_stream, to_timestamp(dts),
          static_cast<std::uint8_t>(video ? type_video : type_audio), play_stream_id};
}

bool is_classic(std::uint32_t codec) {
  return codec == SLUICE_CODEC_H264 || codec == SLUICE_CODEC_AAC || codec == SLUICE_CODEC_MP3;
}

// What onMetaData calls a codec: the classic numbers, else the FourCC as a number (Enhanced RTMP 1).
double metadata_codec(std::uint32_t codec) {
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

ParcelRef Egress::parcel_of(sluice_entry& entry) {
  if (entry.cached) return ParcelRef(static_cast<Parcel*>(entry.cached));
  ParcelRef parcel = pool_.make(entry.frame);
  fill(*parcel.get(), *entry.frame);
  entry.cached = ParcelRef(parcel).detach();
  return parcel;
}

void Egress::fill(Parcel& parcel, const sluice_frame& frame) {
  const auto tag = tag_header(*frame.track, false, &frame);
  if (!tag || frame.span_count != 1)
    return;  // publishers write one span; derived streams have their own form
  slices_.clear();
  chunk_message(message_header(*frame.track, frame.dts), tag->view(),
                {frame.spans[0].data, frame.spans[0].size}, out_chunk_size, parcel.own, slices_);
  for (const auto slice : slices_) parcel.add_piece(slice.data(), slice.size());
}

void Egress::release_cached(void*, void* cached) { ParcelRef::adopt(static_cast<Parcel*>(cached)); }

ParcelRef Egress::sequence_header(const sluice_track& track, std::int64_t dts) {
  const auto tag = tag_header(track, true, nullptr);
  if (!tag || track.config.size == 0) return {};
  std::vector<std::uint8_t> body(tag->view().begin(), tag->view().end());
  body.insert(body.end(), track.config.data, track.config.data + track.config.size);
  std::vector<std::uint8_t> bytes;
  append_message(bytes, message_header(track, dts), body, out_chunk_size);
  return pool_.make(bytes);
}

ParcelRef Egress::metadata(std::span<const sluice_track* const> tracks) {
  amf0::Object properties;
  const auto add = [&](const char* name, double value) {
    if (value > 0) properties.properties.push_back({name, value});
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
      if (track->channels) properties.properties.push_back({"stereo", track->channels == 2});
    }
  }
  std::vector<std::uint8_t> bytes;
  append_message(bytes, {data_chunk_stream, 0, type_data, play_stream_id}, on_metadata(std::move(properties)),
                 out_chunk_size);
  return pool_.make(bytes);
}

bool Egress::can_carry(const sluice_track& track, const Capabilities& capabilities) {
  if (is_classic(track.codec)) return true;
  return (video_codec(track.codec) || audio_codec(track.codec)) && capabilities.has(track.codec);
}

std::string Egress::codec_name(std::uint32_t codec) {
  std::string name;
  for (int i = 0; i < 4; ++i) name += static_cast<char>(codec >> (8 * i) & 0x7f);
  return name;
}

}  // namespace sluice::rtmp
