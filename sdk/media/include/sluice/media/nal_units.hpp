// Walks the NAL units of a length-prefixed frame (ISO/IEC 14496-15 4.3.3), and what H.264 and H.265 frames
// share in the canonical form: 4-byte lengths, no parameter sets, no access unit delimiters, everything else
// kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/media/error.hpp"

namespace sluice::media {

using ParameterSet = std::vector<uint8_t>;

class NalWalk {
 public:
  // `length_size` is 1, 2 or 4 (3 is reserved); `frame` outlives the walk.
  NalWalk(std::span<const uint8_t> frame, unsigned length_size) : left_(frame), length_size_(length_size) {}

  // The next NAL unit without its length, empty ones included. Nothing at the end or when a length does not
  // fit; ok() tells which.
  std::optional<std::span<const uint8_t>> next();
  bool ok() const { return ok_; }

 private:
  std::span<const uint8_t> left_;
  unsigned length_size_;
  bool ok_ = true;
};

// One pass over a frame: is it sound, and what will it be like in canonical form.
struct NalFrame {
  size_t canonical_size = 0;        // bytes of the canonical form; 0: nothing is left to publish
  bool key = false;                 // holds an IDR (H.264) or IRAP (H.265) slice
  bool disposable = false;          // has slices, and no other picture refers to them
  bool needs_rewrite = false;       // false: the frame is in canonical form already
  bool has_parameter_sets = false;  // absorb them before publishing the frame
};

// What an in-band parameter set did to a track's configuration.
struct ParameterSetChange {
  bool changed = false;  // the configuration is another one now: a new track revision
  unsigned refused = 0;  // sets that did not parse or found no room; the configuration kept what it had
};

}  // namespace sluice::media
