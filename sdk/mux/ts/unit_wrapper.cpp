#include "sluice/mux/ts/unit_wrapper.hpp"

#include <sluice/abi/frame.h>

#include <array>

#include "sluice/media/ac3.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/mp3.hpp"
#include "sluice/mux/ts/opus_unit.hpp"
#include "sluice/mux/ts/stream_form.hpp"

namespace sluice::mux::ts {
namespace {

constexpr std::array<uint8_t, 4> long_start_code = {0, 0, 0,
                                                    1};  // in front of parameter sets and first units
constexpr std::span<const uint8_t> start_code = std::span(long_start_code).last<3>();

// Any slice types may follow: primary_pic_type 7 (H.264 7.4.2.4), pic_type 2 (H.265 7.4.3.5).
constexpr std::array<uint8_t, 6> avc_delimiter = {0, 0, 0, 1, 0x09, 0xf0};
constexpr std::array<uint8_t, 7> hevc_delimiter = {0, 0, 0, 1, 0x46, 0x01, 0x50};

void append_sets(std::vector<uint8_t>& to, const std::vector<media::ParameterSet>& sets) {
  for (const auto& set : sets) {
    to.insert(to.end(), long_start_code.begin(), long_start_code.end());
    to.insert(to.end(), set.begin(), set.end());
  }
}

}  // namespace

Result<UnitWrapper> UnitWrapper::make(const Track& track) {
  if (const auto form = form_of(track); !form) return form.error();
  UnitWrapper wrapper;
  wrapper.codec_ = track.codec;
  if (track.codec == SLUICE_CODEC_H264) {
    const auto config = media::parse_avc_config(track.config);
    wrapper.delimiter_.assign(avc_delimiter.begin(), avc_delimiter.end());
    append_sets(wrapper.parameter_sets_, config->sps);
    append_sets(wrapper.parameter_sets_, config->sps_extensions);
    append_sets(wrapper.parameter_sets_, config->pps);
  } else if (track.codec == SLUICE_CODEC_H265) {
    const auto config = media::parse_hevc_config(track.config);
    wrapper.delimiter_.assign(hevc_delimiter.begin(), hevc_delimiter.end());
    append_sets(wrapper.parameter_sets_, config->vps);
    append_sets(wrapper.parameter_sets_, config->sps);
    append_sets(wrapper.parameter_sets_, config->pps);
    append_sets(wrapper.parameter_sets_, config->sei);  // colour volume and the like may stand only there
  } else if (track.codec == SLUICE_CODEC_AAC) {
    wrapper.adts_template_ = *make_adts(track.config);
  }
  return wrapper;
}

Result<Wrapped> UnitWrapper::wrap_nal(const Frame& frame, Pieces& pieces) {
  const auto facts = codec_ == SLUICE_CODEC_H264 ? media::scan_avc_frame(frame.payload, media::AvcConfig{})
                                                 : media::scan_hevc_frame(frame.payload, media::HevcConfig{});
  if (!facts || facts->canonical_size == 0) return Errc::malformed;
  const bool key = frame.key || facts->key;
  pieces.push_back(delimiter_);
  if (key) pieces.push_back(parameter_sets_);
  media::NalWalk walk(frame.payload, 4);
  while (const auto nal = walk.next()) {
    if (nal->empty()) continue;
    pieces.push_back(start_code);
    pieces.push_back(*nal);
  }
  return Wrapped{key};
}

Result<Wrapped> UnitWrapper::wrap(const Frame& frame, Pieces& pieces) {
  if (frame.payload.empty()) return Errc::malformed;
  switch (codec_) {
    case SLUICE_CODEC_H264:
    case SLUICE_CODEC_H265:
      return wrap_nal(frame, pieces);
    case SLUICE_CODEC_AAC: {
      const auto header = adts_for(adts_template_, frame.payload.size());
      if (!header) return header.error();
      if (adts_used_ == max_units) return Errc::beyond_limits;
      adts_[adts_used_] = *header;
      pieces.push_back(adts_[adts_used_++]);
      break;
    }
    case SLUICE_CODEC_OPUS:
      control_.clear();
      write_opus_control(frame.payload.size(), control_);
      pieces.push_back(control_);
      break;
    case SLUICE_CODEC_MP3:
      if (!media::parse_mp3_header(frame.payload)) return Errc::malformed;
      break;
    case SLUICE_CODEC_AC3:
      if (!media::parse_ac3_header(frame.payload)) return Errc::malformed;
      break;
    default:
      break;
  }
  pieces.push_back(frame.payload);
  return Wrapped{frame.key};
}

}  // namespace sluice::mux::ts
