// H.265: the decoder configuration record of ISO/IEC 14496-15 8.3.2.1 ("hvcC"), the sequence parameter set,
// and frames in canonical form. Nothing here allocates per frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/nal_units.hpp"
#include "sluice/media/picture.hpp"

namespace sluice::media {

// general_profile_space to general_level_idc, the same 12 bytes in the record and in the SPS.
using HevcProfileTierLevel = std::array<uint8_t, 12>;

struct HevcConfig {
  static constexpr size_t max_vps = 16;
  static constexpr size_t max_sps = 16;
  static constexpr size_t max_pps = 64;
  static constexpr size_t max_sei = 16;

  HevcProfileTierLevel profile{};
  uint16_t min_spatial_segmentation = 0;
  uint8_t parallelism = 0;
  uint16_t average_frame_rate = 0;
  uint8_t constant_frame_rate = 0;
  uint8_t temporal_layers = 0;  // 0: not known
  bool temporal_id_nested = false;
  uint8_t nal_length_size = 4;  // of incoming frames; canonical frames always have 4
  std::vector<ParameterSet> vps;
  std::vector<ParameterSet> sps;
  std::vector<ParameterSet> pps;
  std::vector<ParameterSet> sei;  // declarative, for the whole stream
  Picture picture;                // read from the first sequence parameter set
};

struct HevcSps {
  HevcProfileTierLevel profile{};
  uint32_t id = 0;
  uint8_t temporal_layers = 1;
  bool temporal_id_nested = false;
  Picture picture;
};

// Every SPS inside is checked too; one absurd SPS refuses the record. Fails with any Errc.
Result<HevcConfig> parse_hevc_config(std::span<const uint8_t> record);

// The record for canonical frames: its NAL length size is 4 whatever config.nal_length_size says.
std::vector<uint8_t> serialise_hevc_config(const HevcConfig& config);

// `nal` with its two header bytes, emulation prevention still inside.
Result<HevcSps> parse_hevc_sps(std::span<const uint8_t> nal);

// Checks a frame of config.nal_length_size. Fails with Errc::bad_nal_length. `key` means any IRAP picture
// (IDR, CRA, BLA). `disposable` is only ever true for a stream of one temporal layer.
Result<NalFrame> scan_hevc_frame(std::span<const uint8_t> frame, const HevcConfig& config);

// Writes the canonical form of a frame that was scanned; returns its size, which is NalFrame::canonical_size,
// or 0 if `out` is shorter than that. `out` must not overlap `frame`.
size_t write_canonical_hevc(std::span<const uint8_t> frame, const HevcConfig& config, std::span<uint8_t> out);

// Takes a frame's in-band VPS, SPS and PPS over into `config`, by id. Allocates only when something changes.
ParameterSetChange absorb_hevc_parameter_sets(std::span<const uint8_t> frame, HevcConfig& config);

}  // namespace sluice::media
