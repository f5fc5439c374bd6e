#include "sluice/mux/mp4/canonical_form.hpp"

#include <variant>

#include "sluice/abi/frame.h"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/vp9.hpp"

namespace sluice::mux::mp4 {
namespace {

using Bytes = std::span<const uint8_t>;
using Unit = CanonicalForm::Unit;

struct AvcCalls {
  static auto scan(Bytes sample, const media::AvcConfig& config) {
    return media::scan_avc_frame(sample, config);
  }
  static auto absorb(Bytes sample, media::AvcConfig& config) {
    return media::absorb_avc_parameter_sets(sample, config);
  }
  static auto write(Bytes sample, const media::AvcConfig& config, std::span<uint8_t> out) {
    return media::write_canonical_avc(sample, config, out);
  }
  static auto serialise(const media::AvcConfig& config) { return media::serialise_avc_config(config); }
};

struct HevcCalls {
  static auto scan(Bytes sample, const media::HevcConfig& config) {
    return media::scan_hevc_frame(sample, config);
  }
  static auto absorb(Bytes sample, media::HevcConfig& config) {
    return media::absorb_hevc_parameter_sets(sample, config);
  }
  static auto write(Bytes sample, const media::HevcConfig& config, std::span<uint8_t> out) {
    return media::write_canonical_hevc(sample, config, out);
  }
  static auto serialise(const media::HevcConfig& config) { return media::serialise_hevc_config(config); }
};

template <class Calls, class Config>
Result<Unit> take_nal_units(Bytes sample, Config& config, Track& track, std::vector<uint8_t>& rewritten) {
  const auto frame = Calls::scan(sample, config);
  if (!frame) return frame.error();
  Unit unit{sample, frame->key, frame->disposable, false};
  if (frame->has_parameter_sets && Calls::absorb(sample, config).changed) {
    unit.changed = true;
    track.config = Calls::serialise(config);
    if (config.picture.width != 0) {
      track.width = config.picture.width;
      track.height = config.picture.height;
    }
  }
  if (frame->needs_rewrite) {
    rewritten.resize(frame->canonical_size);
    Calls::write(sample, config, rewritten);
    unit.payload = rewritten;
  }
  return unit;
}

Result<Unit> take_av1(Bytes sample, media::Av1Config& config, Track& track, std::vector<uint8_t>& rewritten) {
  const auto frame = media::scan_av1_frame(sample, config);
  if (!frame) return frame.error();
  Unit unit{sample, frame->key, false, false};
  if (!frame->sequence_header.empty() && !media::has_sequence_header(config, frame->sequence_header)) {
    auto made = media::make_av1_config(frame->sequence_header);
    if (!made) return made.error();
    config = std::move(*made);
    unit.changed = true;
    track.config = media::serialise_av1_config(config);
    track.width = config.header.picture.width;
    track.height = config.header.picture.height;
  }
  if (frame->needs_rewrite) {
    rewritten.resize(frame->canonical_size);
    media::write_canonical_av1(sample, rewritten);
    unit.payload = rewritten;
  }
  return unit;
}

}  // namespace

struct CanonicalForm::Codec {
  std::variant<std::monostate, media::AvcConfig, media::HevcConfig, media::Av1Config> config;
};

CanonicalForm::CanonicalForm(Track track) : track_(std::move(track)), codec_(std::make_unique<Codec>()) {
  if (track_.codec == SLUICE_CODEC_H264) {
    if (auto config = media::parse_avc_config(track_.config)) {
      codec_->config = std::move(*config);
      track_.config[4] |= 3;  // canonical lengths have four bytes, whatever the file's have
    }
  } else if (track_.codec == SLUICE_CODEC_H265) {
    if (auto config = media::parse_hevc_config(track_.config)) {
      codec_->config = std::move(*config);
      track_.config[21] |= 3;
    }
  } else if (track_.codec == SLUICE_CODEC_AV1) {
    if (auto config = media::parse_av1_config(track_.config)) codec_->config = std::move(*config);
  }
}

CanonicalForm::~CanonicalForm() = default;
CanonicalForm::CanonicalForm(CanonicalForm&&) noexcept = default;
CanonicalForm& CanonicalForm::operator=(CanonicalForm&&) noexcept = default;

Result<CanonicalForm::Unit> CanonicalForm::take(Bytes sample, bool sync, bool disposable) {
  Result<Unit> unit = Unit{sample, sync, false, false};
  if (auto* avc = std::get_if<media::AvcConfig>(&codec_->config)) {
    unit = take_nal_units<AvcCalls>(sample, *avc, track_, rewritten_);
  } else if (auto* hevc = std::get_if<media::HevcConfig>(&codec_->config)) {
    unit = take_nal_units<HevcCalls>(sample, *hevc, track_, rewritten_);
  } else if (auto* av1 = std::get_if<media::Av1Config>(&codec_->config)) {
    unit = take_av1(sample, *av1, track_, rewritten_);
  } else if (track_.codec == SLUICE_CODEC_VP9) {
    const auto frame = media::scan_vp9_frame(sample);
    if (!frame) return frame.error();
    unit->key = frame->key;
  }
  if (unit) unit->disposable |= disposable;
  return unit;
}

}  // namespace sluice::mux::mp4
