#include "sluice/mux/mp4/carriage.hpp"

#include <algorithm>

#include "sluice/media/aac.hpp"
#include "sluice/media/ac3.hpp"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/opus.hpp"
#include "sluice/media/vp9.hpp"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/media_clock.hpp"

namespace sluice::mux::mp4 {
namespace {

constexpr uint32_t video_clock = 90000;

template <class Config>
Result<void> take_picture(const Result<Config>& config, const media::Picture& picture, Track& out) {
  (void)config;
  if (out.width == 0) out.width = picture.width;
  if (out.height == 0) out.height = picture.height;
  return {};
}

// Frames have lengths of four bytes whatever the record says (sluice/abi/frame.h).
void say_four_byte_lengths(std::vector<uint8_t>& record, size_t at) { record[at] |= 3; }

Result<void> settle_video(Track& out) {
  if (out.codec == SLUICE_CODEC_H264) {
    const auto config = media::parse_avc_config(out.config);
    if (!config) return config.error();
    say_four_byte_lengths(out.config, 4);
    return take_picture(config, config->picture, out);
  }
  if (out.codec == SLUICE_CODEC_H265) {
    const auto config = media::parse_hevc_config(out.config);
    if (!config) return config.error();
    say_four_byte_lengths(out.config, 21);
    return take_picture(config, config->picture, out);
  }
  if (out.codec == SLUICE_CODEC_AV1) {
    const auto config = media::parse_av1_config(out.config);
    if (!config) return config.error();
    return take_picture(config, config->header.picture, out);
  }
  if (out.codec == SLUICE_CODEC_VP9) {
    const auto config = out.config.empty() ? Result<media::Vp9Config>(media::Vp9Config{})
                                           : media::parse_vp9_config(out.config);
    if (!config) return config.error();
    out.config = media::serialise_vp9_config(*config);
    return {};
  }
  return Errc::unsupported;
}

Result<void> settle_audio(Track& out) {
  if (out.codec == SLUICE_CODEC_AAC) {
    const auto config = media::parse_aac_config(out.config);
    if (!config) return config.error();
    out.sample_rate = config->output_rate;
    out.channels = config->ps ? 2 : config->channels;
    return {};
  }
  if (out.codec == SLUICE_CODEC_OPUS) {
    media::OpusConfig config;
    if (out.config.empty()) {
      if (out.channels == 1) config.channels = 1;
      out.config = media::serialise_opus_config(config);
    } else {
      const auto parsed = media::parse_opus_config(out.config);
      if (!parsed) return parsed.error();
      config = *parsed;
    }
    out.sample_rate = media::opus_clock;
    out.channels = config.channels;
    return {};
  }
  if (out.codec != SLUICE_CODEC_MP3 && out.codec != SLUICE_CODEC_AC3) return Errc::unsupported;
  out.config.clear();
  if (out.channels == 0) out.channels = 2;
  return {};
}

uint32_t video_timescale(uint32_t native) {
  const bool fits = native > 0 && native <= max_written_timescale && video_clock % native != 0;
  return fits ? native : video_clock;
}

// Samples per frame at `rate`; 0: the frames differ, or do not say.
struct Pace {
  uint32_t samples = 0;
  uint32_t rate = 0;
};

Pace audio_pace(const Track& track) {
  if (track.codec == SLUICE_CODEC_AAC) {
    const auto config = media::parse_aac_config(track.config);
    return config ? Pace{config->samples_per_frame, config->sample_rate} : Pace{};
  }
  if (track.codec == SLUICE_CODEC_MP3) return {track.sample_rate < 32000 ? 576u : 1152u, track.sample_rate};
  if (track.codec == SLUICE_CODEC_AC3) return {media::ac3_samples_per_frame, track.sample_rate};
  return {};
}

}  // namespace

Result<Track> carried_track(const sluice_track& track) {
  Track out;
  out.id = track.id;
  out.kind = track.kind;
  out.codec = track.codec;
  out.language.assign(track.language.data ? track.language.data : "", track.language.size);
  out.width = std::min(track.width, media::max_picture_side);
  out.height = std::min(track.height, media::max_picture_side);
  out.sample_rate = std::min(track.sample_rate, 768'000u);
  out.channels = std::min(track.channels, 255u);
  out.rotation = track.rotation;
  out.bitrate = track.bitrate;
  if (track.id == 0) return Errc::malformed;
  if (track.config.size > max_config_bytes) return Errc::too_large;
  if (track.config.size > 0) out.config.assign(track.config.data, track.config.data + track.config.size);
  Result<void> settled = Errc::unsupported;
  if (track.kind == SLUICE_TRACK_VIDEO) settled = settle_video(out);
  if (track.kind == SLUICE_TRACK_AUDIO) settled = settle_audio(out);
  if (!settled) return settled.error();
  out.timescale = track.kind == SLUICE_TRACK_VIDEO ? video_timescale(track.timescale)
                  : out.sample_rate > 0            ? out.sample_rate
                                                   : video_clock;
  return out;
}

int64_t nominal_duration(const sluice_track& track, const Track& carried) {
  Pace pace = audio_pace(carried);
  if (track.kind == SLUICE_TRACK_VIDEO) pace = {track.frame_rate_den, track.frame_rate_num};
  if (pace.samples == 0 || pace.rate == 0) return 0;
  const int64_t exact = int64_t{pace.samples} * second_ns / pace.rate;
  if (track.timescale == 0 || track.timescale > max_written_timescale) return exact;
  const int64_t native = int64_t{pace.samples} * track.timescale / pace.rate;
  return native == 0 ? exact : native * second_ns / track.timescale;
}

}  // namespace sluice::mux::mp4
