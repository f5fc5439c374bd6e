// H.264: the decoder configuration record of ISO/IEC 14496-15 5.2.4.1 ("avcC"), the sequence parameter set,
// and frames in canonical form. Nothing here allocates per frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/media/nal_units.hpp"
#include "sluice/media/picture.hpp"

namespace sluice::media {

struct AvcConfig {
  // The fields allow 31 and 255 sets; a stream with more than these is not one.
  static constexpr size_t max_sps = 16;
  static constexpr size_t max_pps = 64;

  uint8_t profile = 0;
  uint8_t constraints = 0;
  uint8_t level = 0;
  uint8_t nal_length_size = 4;  // of incoming frames; canonical frames always have 4
  std::vector<ParameterSet> sps;
  std::vector<ParameterSet> pps;
  std::vector<ParameterSet> sps_extensions;
  Picture picture;  // read from the first sequence parameter set
};

struct AvcSps {
  uint8_t profile = 0;
  uint8_t constraints = 0;
  uint8_t level = 0;
  uint32_t id = 0;
  Picture picture;
};

// Every set inside is checked too: a record with one absurd SPS is refused as a whole, so that a track keeps
// the configuration it had. Fails with any Errc.
Result<AvcConfig> parse_avc_config(std::span<const uint8_t> record);

// The record for canonical frames: its NAL length size is 4 whatever config.nal_length_size says.
std::vector<uint8_t> serialise_avc_config(const AvcConfig& config);

// `nal` with its header byte, emulation prevention still inside.
Result<AvcSps> parse_avc_sps(std::span<const uint8_t> nal);

// Checks a frame of config.nal_length_size. Fails with Errc::bad_nal_length. An empty frame is sound and has
// canonical_size 0. `key` means IDR: a recovery point of an open GOP does not count.
Result<NalFrame> scan_avc_frame(std::span<const uint8_t> frame, const AvcConfig& config);

// Writes the canonical form of a frame that was scanned; returns its size, which is NalFrame::canonical_size,
// or 0 if `out` is shorter than that. `out` must not overlap `frame`.
size_t write_canonical_avc(std::span<const uint8_t> frame, const AvcConfig& config, std::span<uint8_t> out);

// Takes a frame's in-band SPS and PPS over into `config`, by id. Allocates only when something changes.
ParameterSetChange absorb_avc_parameter_sets(std::span<const uint8_t> frame, AvcConfig& config);

}  // namespace sluice::media
