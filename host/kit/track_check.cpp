#include "kit/track_check.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <sluice/media/aac.hpp>
#include <sluice/media/av1.hpp>
#include <sluice/media/avc.hpp>
#include <sluice/media/hevc.hpp>
#include <sluice/media/mp3.hpp>
#include <sluice/media/opus.hpp>
#include <sluice/media/vp9.hpp>

namespace sluice::kit {
namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes config_of(const sluice_track& track) {
  return {track.config.data, static_cast<std::size_t>(track.config.size)};
}

std::vector<std::uint8_t> payload_of(const sluice_frame& frame) {
  std::vector<std::uint8_t> bytes;
  for (std::uint32_t i = 0; i < frame.span_count; ++i) {
    const auto& span = frame.spans[i];
    bytes.insert(bytes.end(), span.data, span.data + span.size);
  }
  return bytes;
}

template <class Config>
std::string unreadable(const char* form, const Result<Config>& parsed) {
  return std::string("its configuration is no ") + form + ": " + parsed.error().message();
}

std::string wrong_size(const sluice_track& track, const media::Picture& picture) {
  const bool stated = track.width != 0 && track.height != 0 && picture.width != 0;
  if (!stated || (track.width == picture.width && track.height == picture.height)) return {};
  const auto size = [](std::uint32_t width, std::uint32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  return "the track says " + size(track.width, track.height) + ", its configuration " +
         size(picture.width, picture.height);
}

// H.264 and H.265 alike.
template <class Config>
std::string nal_config_defect(const char* form, const sluice_track& track, const Result<Config>& config) {
  if (config.has_error()) return unreadable(form, config);
  if (config->nal_length_size != 4) {
    return "its configuration announces NAL lengths of " + std::to_string(config->nal_length_size) +
           " bytes; frames here have 4";
  }
  return wrong_size(track, config->picture);
}

std::string nal_frame_defect(const Result<media::NalFrame>& scanned, const sluice_frame& frame) {
  if (scanned.has_error()) return scanned.error().message();
  if (scanned->has_parameter_sets) return "parameter sets belong into the track's configuration";
  if (scanned->needs_rewrite) return "it is not in canonical form (frame.h): 4-byte lengths, no delimiters";
  if (scanned->key && (frame.flags & SLUICE_FRAME_KEY) == 0) return "a key frame is not marked as one";
  return {};
}

std::string av1_frame_defect(Bytes bytes, const sluice_track& track) {
  const auto config = media::parse_av1_config(config_of(track));
  if (config.has_error()) return config.error().message();
  const auto scanned = media::scan_av1_frame(bytes, *config);
  if (scanned.has_error()) return scanned.error().message();
  if (scanned->needs_rewrite)
    return "it is not in canonical form (frame.h): sized OBUs, no temporal delimiters";
  return {};
}

std::string aac_frame_defect(Bytes bytes) {
  const bool adts = bytes.size() > 1 && bytes[0] == 0xff && (bytes[1] & 0xf6) == 0xf0;
  return adts ? "it begins with an ADTS header; frames here are raw access units" : "";
}

}  // namespace

std::string codec_text(std::uint32_t codec) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) {
    const char letter = static_cast<char>(codec >> shift & 0xff);
    text += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return text;
}

std::string track_defect(const sluice_track& track) {
  const Bytes config = config_of(track);
  switch (track.codec) {
    case SLUICE_CODEC_H264:
      return nal_config_defect("avcC", track, media::parse_avc_config(config));
    case SLUICE_CODEC_H265:
      return nal_config_defect("hvcC", track, media::parse_hevc_config(config));
    case SLUICE_CODEC_AV1: {
      const auto parsed = media::parse_av1_config(config);
      return parsed.has_error() ? unreadable("av1C", parsed) : wrong_size(track, parsed->header.picture);
    }
    case SLUICE_CODEC_VP9: {
      if (config.empty()) return {};
      const auto parsed = media::parse_vp9_config(config);
      return parsed.has_error() ? unreadable("vpcC", parsed) : "";
    }
    case SLUICE_CODEC_AAC: {
      const auto parsed = media::parse_aac_config(config);
      return parsed.has_error() ? unreadable("AudioSpecificConfig", parsed) : "";
    }
    case SLUICE_CODEC_OPUS: {
      if (config.empty()) return {};
      const auto parsed = media::parse_opus_config(config);
      return parsed.has_error() ? unreadable("OpusHead", parsed) : "";
    }
    default:
      return {};
  }
}

std::string frame_defect(const sluice_frame& frame) {
  const sluice_track& track = *frame.track;
  const auto payload = payload_of(frame);
  const Bytes bytes(payload);
  if (bytes.empty()) return "it is empty";
  switch (track.codec) {
    case SLUICE_CODEC_H264: {
      const auto config = media::parse_avc_config(config_of(track));
      return config.has_error() ? config.error().message()
                                : nal_frame_defect(media::scan_avc_frame(bytes, *config), frame);
    }
    case SLUICE_CODEC_H265: {
      const auto config = media::parse_hevc_config(config_of(track));
      return config.has_error() ? config.error().message()
                                : nal_frame_defect(media::scan_hevc_frame(bytes, *config), frame);
    }
    case SLUICE_CODEC_AV1:
      return av1_frame_defect(bytes, track);
    case SLUICE_CODEC_AAC:
      return aac_frame_defect(bytes);
    case SLUICE_CODEC_OPUS: {
      const auto samples = media::opus_packet_samples(bytes);
      return samples.has_error() ? samples.error().message() : "";
    }
    case SLUICE_CODEC_MP3: {
      const auto header = media::parse_mp3_header(bytes);
      return header.has_error() ? header.error().message() : "";
    }
    default:
      return {};
  }
}

}  // namespace sluice::kit
