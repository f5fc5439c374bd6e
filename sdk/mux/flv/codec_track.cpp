#include "sluice/mux/flv/codec_track.hpp"

#include <cstring>

#include <sluice/media/ac3.hpp>
#include <sluice/media/mp3.hpp>
#include <sluice/media/opus.hpp>
#include <sluice/media/vp9.hpp>

namespace sluice::mux::flv {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t kind_of(std::uint32_t codec) {
  switch (codec) {
    case SLUICE_CODEC_H264:
    case SLUICE_CODEC_H265:
    case SLUICE_CODEC_AV1:
    case SLUICE_CODEC_VP9:
    case SLUICE_CODEC_VP8:
      return SLUICE_TRACK_VIDEO;
    default:
      return SLUICE_TRACK_AUDIO;
  }
}

std::int64_t samples_to_ns(std::uint64_t samples, std::uint32_t rate) {
  return rate ? static_cast<std::int64_t>(samples * 1'000'000'000ull / rate) : 0;
}

}  // namespace

sluice_track TrackFacts::to_abi() const {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = kind;
  track.codec = codec;
  track.timescale = 1000;  // milliseconds, in FLV as in RTMP
  track.config = {config.data(), config.size()};
  track.width = width;
  track.height = height;
  track.frame_rate_num = frame_rate_num;
  track.frame_rate_den = frame_rate_den;
  track.sample_rate = sample_rate;
  track.channels = channels;
  return track;
}

CodecTrack::CodecTrack(std::uint32_t codec) {
  facts_.kind = kind_of(codec);
  facts_.codec = codec;
  if (codec == SLUICE_CODEC_OPUS) {  // two channels unless a header says otherwise; packets need no header
    facts_.sample_rate = media::opus_clock;
    facts_.channels = 2;
    facts_.config = media::serialise_opus_config({});
    ready_ = true;
  }
}

Change CodecTrack::take_config(std::vector<std::uint8_t> config) {
  if (ready_ && config == facts_.config) return Change::none;
  facts_.config = std::move(config);
  ready_ = true;
  return Change::facts;
}

void CodecTrack::take_picture(const media::Picture& picture) {
  facts_.width = picture.width;
  facts_.height = picture.height;
  facts_.frame_rate_num = picture.rate.numerator;
  facts_.frame_rate_den = picture.rate.numerator ? picture.rate.denominator : 0;
}

// Of a codec whose frames say what they are. True: other facts than before.
bool CodecTrack::take_sound(std::uint32_t sample_rate, std::uint32_t channels) {
  const bool same = ready_ && facts_.sample_rate == sample_rate && facts_.channels == channels;
  facts_.sample_rate = sample_rate;
  facts_.channels = channels;
  ready_ = true;
  return !same;
}

Result<Change> CodecTrack::configure(Bytes record) {
  switch (facts_.codec) {
    case SLUICE_CODEC_H264: {
      auto config = media::parse_avc_config(record);
      if (!config) return config.error();
      take_picture(config->picture);
      const Change changed = take_config(media::serialise_avc_config(*config));
      config_ = std::move(*config);
      return changed;
    }
    case SLUICE_CODEC_H265: {
      auto config = media::parse_hevc_config(record);
      if (!config) return config.error();
      take_picture(config->picture);
      const Change changed = take_config(media::serialise_hevc_config(*config));
      config_ = std::move(*config);
      return changed;
    }
    case SLUICE_CODEC_AV1: {
      auto config = media::parse_av1_config(record);
      if (!config) return config.error();
      if (config->header.picture.width) take_picture(config->header.picture);
      const Change changed = take_config(media::serialise_av1_config(*config));
      config_ = std::move(*config);
      return changed;
    }
    case SLUICE_CODEC_VP9: {
      const auto config = media::parse_vp9_config(record);
      if (!config) return config.error();
      return take_config(media::serialise_vp9_config(*config));
    }
    case SLUICE_CODEC_AAC: {
      const auto config = media::parse_aac_config(record);
      if (!config) return config.error();
      facts_.sample_rate = config->output_rate ? config->output_rate : config->sample_rate;
      facts_.channels = config->ps ? 2 : config->channels;
      config_ = *config;
      return take_config({record.begin(), record.end()});
    }
    case SLUICE_CODEC_OPUS: {
      const auto config = media::parse_opus_config(record);
      if (!config) return config.error();
      facts_.channels = config->channels;
      return take_config(media::serialise_opus_config(*config));
    }
    case SLUICE_CODEC_MP3:
    case SLUICE_CODEC_AC3:
      return Change::none;  // whatever it is: their frames say all
    default:
      return take_config({record.begin(), record.end()});
  }
}

Result<FramePlan> CodecTrack::scan(Bytes frame) {
  if (auto* avc = std::get_if<media::AvcConfig>(&config_)) return scan_avc(frame, *avc);
  if (auto* hevc = std::get_if<media::HevcConfig>(&config_)) return scan_hevc(frame, *hevc);
  switch (facts_.codec) {
    case SLUICE_CODEC_H264:
    case SLUICE_CODEC_H265:
      return make_error_code(media::Errc::no_parameter_sets);
    case SLUICE_CODEC_AV1:
      return scan_av1(frame);
    case SLUICE_CODEC_VP9:
      return scan_vp9(frame);
    default:
      return scan_audio(frame);
  }
}

Result<FramePlan> CodecTrack::scan_avc(Bytes frame, media::AvcConfig& config) {
  const auto found = media::scan_avc_frame(frame, config);
  if (!found) return found.error();
  FramePlan plan{found->canonical_size, found->key, found->disposable};
  if (found->has_parameter_sets && media::absorb_avc_parameter_sets(frame, config).changed) {
    take_picture(config.picture);
    plan.facts_changed = take_config(media::serialise_avc_config(config)) == Change::facts;
  }
  return plan;
}

Result<FramePlan> CodecTrack::scan_hevc(Bytes frame, media::HevcConfig& config) {
  const auto found = media::scan_hevc_frame(frame, config);
  if (!found) return found.error();
  FramePlan plan{found->canonical_size, found->key, found->disposable};
  if (found->has_parameter_sets && media::absorb_hevc_parameter_sets(frame, config).changed) {
    take_picture(config.picture);
    plan.facts_changed = take_config(media::serialise_hevc_config(config)) == Change::facts;
  }
  return plan;
}

Result<FramePlan> CodecTrack::scan_av1(Bytes frame) {
  static const media::Av1Config none;
  auto* config = std::get_if<media::Av1Config>(&config_);
  const auto found = media::scan_av1_frame(frame, config ? *config : none);
  if (!found) return found.error();
  FramePlan plan{found->canonical_size, found->key, false};
  const Bytes header = found->sequence_header;
  if (!header.empty() && !(config && media::has_sequence_header(*config, header))) {
    auto made = media::make_av1_config(header);
    if (!made) return made.error();
    take_picture(made->header.picture);
    plan.facts_changed = take_config(media::serialise_av1_config(*made)) == Change::facts;
    config_ = std::move(*made);
  }
  if (!ready_) return make_error_code(media::Errc::no_parameter_sets);
  return plan;
}

Result<FramePlan> CodecTrack::scan_vp9(Bytes frame) {
  const auto found = media::scan_vp9_frame(frame);
  if (!found) return found.error();
  FramePlan plan{frame.size(), found->key, false};
  if (found->key && (found->width != facts_.width || found->height != facts_.height)) {
    facts_.width = found->width;
    facts_.height = found->height;
    plan.facts_changed = ready_;
  }
  if (!ready_ && !found->key) return make_error_code(media::Errc::no_parameter_sets);
  if (!ready_) plan.facts_changed = take_config(media::serialise_vp9_config({})) == Change::facts;
  return plan;
}

Result<FramePlan> CodecTrack::scan_audio(Bytes frame) {
  FramePlan plan{frame.size(), true, false};
  switch (facts_.codec) {
    case SLUICE_CODEC_AAC:
      if (const auto* config = std::get_if<media::AacConfig>(&config_)) {
        plan.duration = samples_to_ns(config->samples_per_frame, config->sample_rate);
        return plan;
      }
      return make_error_code(media::Errc::no_parameter_sets);
    case SLUICE_CODEC_OPUS: {
      const auto samples = media::opus_packet_samples(frame);
      if (!samples) return samples.error();
      plan.duration = samples_to_ns(*samples, media::opus_clock);
      return plan;
    }
    case SLUICE_CODEC_MP3: {
      const auto header = media::parse_mp3_header(frame);
      if (!header) return header.error();
      plan.duration = samples_to_ns(header->samples_per_frame, header->sample_rate);
      plan.facts_changed = take_sound(header->sample_rate, header->channels);
      return plan;
    }
    case SLUICE_CODEC_AC3: {
      const auto header = media::parse_ac3_header(frame);
      if (!header) return header.error();
      plan.duration = samples_to_ns(media::ac3_samples_per_frame, header->sample_rate());
      plan.facts_changed = take_sound(header->sample_rate(), header->channels());
      return plan;
    }
    default:
      ready_ = true;
      return plan;
  }
}

void CodecTrack::write(Bytes frame, std::span<std::uint8_t> out) const {
  if (const auto* avc = std::get_if<media::AvcConfig>(&config_))
    media::write_canonical_avc(frame, *avc, out);
  else if (const auto* hevc = std::get_if<media::HevcConfig>(&config_))
    media::write_canonical_hevc(frame, *hevc, out);
  else if (facts_.codec == SLUICE_CODEC_AV1)
    media::write_canonical_av1(frame, out);
  else
    std::memcpy(out.data(), frame.data(), frame.size());
}

}  // namespace sluice::mux::flv
