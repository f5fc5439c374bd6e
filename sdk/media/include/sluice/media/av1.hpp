// AV1: the codec configuration record of the ISO-BMFF binding 2.3 ("av1C"), OBUs, the sequence header, and
// temporal units in canonical form: every OBU with its size, no temporal delimiters, everything else kept.
// Nothing here allocates per frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/media/error.hpp"
#include "sluice/media/picture.hpp"

namespace sluice::media {

struct Av1SequenceHeader {
  uint8_t profile = 0;
  uint8_t level = 0;
  uint8_t tier = 0;
  bool high_bit_depth = false;
  bool twelve_bit = false;
  bool monochrome = false;
  bool subsampling_x = true;
  bool subsampling_y = true;
  uint8_t chroma_sample_position = 0;
  bool reduced_still_picture = false;
  Picture picture;
};

struct Av1Config {
  Av1SequenceHeader header;
  uint8_t presentation_delay = 0;    // the last byte of the fixed part: present flag and delay
  std::vector<uint8_t> config_obus;  // sequence header and metadata; may be empty: then width is 0
};

struct Obu {
  uint8_t type = 0;
  bool has_size = false;
  std::span<const uint8_t> header;  // one or two bytes
  std::span<const uint8_t> payload;
};

class ObuWalk {
 public:
  explicit ObuWalk(std::span<const uint8_t> unit) : left_(unit) {}

  // The next OBU. Nothing at the end or when a size does not fit; ok() tells which.
  std::optional<Obu> next();
  bool ok() const { return ok_; }

 private:
  std::span<const uint8_t> left_;
  bool ok_ = true;
};

struct Av1Frame {
  size_t canonical_size = 0;                 // 0: nothing is left to publish
  bool key = false;                          // begins with a shown key frame
  bool needs_rewrite = false;                // false: the unit is in canonical form already
  std::span<const uint8_t> sequence_header;  // payload of the last one in the unit; empty: none
};

// Fails with any Errc. A record without OBUs is legal; its Picture has no size until a sequence header comes.
Result<Av1Config> parse_av1_config(std::span<const uint8_t> record);
std::vector<uint8_t> serialise_av1_config(const Av1Config& config);

// `payload` is that of a sequence header OBU.
Result<Av1SequenceHeader> parse_av1_sequence_header(std::span<const uint8_t> payload);

// The configuration a stream has from this sequence header on.
Result<Av1Config> make_av1_config(std::span<const uint8_t> sequence_header_payload);

// True if `config` holds exactly this sequence header. Allocates nothing.
bool has_sequence_header(const Av1Config& config, std::span<const uint8_t> payload);

// Fails with Errc::malformed or Errc::truncated when OBU sizes do not fit the unit.
Result<Av1Frame> scan_av1_frame(std::span<const uint8_t> unit, const Av1Config& config);

// Writes the canonical form of a unit that was scanned; returns its size, which is Av1Frame::canonical_size,
// or 0 if `out` is shorter than that. `out` must not overlap `unit`.
size_t write_canonical_av1(std::span<const uint8_t> unit, std::span<uint8_t> out);

}  // namespace sluice::media
