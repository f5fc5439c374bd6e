#include "sluice/mux/ts/stream_form.hpp"

#include <sluice/abi/frame.h>

#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/mux/ts/adts.hpp"
#include "sluice/mux/ts/descriptor.hpp"
#include "sluice/mux/ts/language.hpp"
#include "sluice/mux/ts/opus_unit.hpp"
#include "sluice/mux/ts/pes.hpp"

namespace sluice::mux::ts {
namespace {

constexpr uint32_t registration_hevc = SLUICE_FOURCC('H', 'E', 'V', 'C');
constexpr uint32_t registration_ac3 = SLUICE_FOURCC('A', 'C', '-', '3');
constexpr uint32_t first_mpeg1_rate = 32000;  // lower ones are 13818-3

Result<StreamForm> video_form(const Track& track) {
  StreamForm form{type_h264, stream_id_video, {}};
  if (track.codec == SLUICE_CODEC_H264) {
    if (!media::parse_avc_config(track.config)) return Errc::malformed;
    return form;
  }
  if (track.codec != SLUICE_CODEC_H265) return Errc::unsupported;
  if (!media::parse_hevc_config(track.config)) return Errc::malformed;
  form.type = type_h265;
  add_registration(form.descriptors, registration_hevc);
  return form;
}

Result<StreamForm> audio_form(const Track& track) {
  StreamForm form{type_aac_adts, stream_id_audio, {}};
  switch (track.codec) {
    case SLUICE_CODEC_AAC:
      if (const auto header = make_adts(track.config); !header) return header.error();
      return form;
    case SLUICE_CODEC_MP3:
      form.type = track.sample_rate != 0 && track.sample_rate < first_mpeg1_rate ? type_mpeg2_audio
                                                                                 : type_mpeg1_audio;
      return form;
    case SLUICE_CODEC_AC3:
      form = {type_atsc_ac3, stream_id_private, {}};
      add_registration(form.descriptors, registration_ac3);
      return form;
    case SLUICE_CODEC_OPUS: {
      const auto code = opus_channel_code(track.config);
      if (!code) return code.error();
      form = {type_private, stream_id_private, {}};
      add_registration(form.descriptors, SLUICE_CODEC_OPUS);
      add_opus_channels(form.descriptors, *code);
      return form;
    }
    default:
      return Errc::unsupported;
  }
}

Result<StreamForm> data_form(const Track& track) {
  StreamForm form{type_private, stream_id_private, {}};
  add_registration(form.descriptors, track.codec);
  return form;
}

}  // namespace

Result<StreamForm> form_of(const Track& track) {
  auto form = track.kind == Kind::video   ? video_form(track)
              : track.kind == Kind::audio ? audio_form(track)
                                          : data_form(track);
  if (!form) return form;
  if (const std::string language = iso639_of(track.language); !language.empty())
    add_language(form->descriptors, language);
  return form;
}

namespace {

bool name_private(const PmtStream& stream, Track& track) {
  const auto code = find_registration(stream.descriptors);
  if (code == SLUICE_CODEC_OPUS) {
    const auto channels = find_opus_channels(stream.descriptors);
    const auto head = channels ? opus_head_of(*channels) : Errc::unsupported;
    if (!head) return false;
    track.kind = Kind::audio;
    track.codec = SLUICE_CODEC_OPUS;
    track.config = *head;
    track.channels = track.config[9];
    track.sample_rate = 48000;
    return true;
  }
  if (code == registration_ac3 || has_descriptor(stream.descriptors, descriptor_dvb_ac3)) {
    track.kind = Kind::audio;
    track.codec = SLUICE_CODEC_AC3;
    return true;
  }
  if (code == registration_hevc) {
    track.kind = Kind::video;
    track.codec = SLUICE_CODEC_H265;
    return true;
  }
  track.kind = Kind::data;
  track.codec = code.value_or(0);
  return true;
}

}  // namespace

std::optional<Track> track_of(const PmtStream& stream) {
  Track track;
  track.language = bcp47_of(find_language(stream.descriptors));
  const auto named = [&](Kind kind, uint32_t codec) {
    track.kind = kind;
    track.codec = codec;
    return track;
  };
  switch (stream.type) {
    case type_h264:
      return named(Kind::video, SLUICE_CODEC_H264);
    case type_h265:
      return named(Kind::video, SLUICE_CODEC_H265);
    case type_aac_adts:
      return named(Kind::audio, SLUICE_CODEC_AAC);
    case type_mpeg1_audio:
    case type_mpeg2_audio:
      return named(Kind::audio, SLUICE_CODEC_MP3);
    case type_atsc_ac3:
      return named(Kind::audio, SLUICE_CODEC_AC3);
    case type_private:
      if (name_private(stream, track)) return track;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace sluice::mux::ts
