// What stands around an access unit inside its PES packet: start codes, a delimiter and parameter sets for
// H.264 and H.265 (their Annex B), ADTS for AAC, a control header for Opus. Pieces point into the frame and
// into the wrapper; nothing is copied here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/ts/adts.hpp"
#include "sluice/mux/ts/track.hpp"

namespace sluice::mux::ts {

using Pieces = std::vector<std::span<const uint8_t>>;

struct Wrapped {
  bool key =
      false;  // decoding can start here: the frame's flag, or a picture that says so; got parameter sets
};

class UnitWrapper {
 public:
  // Fails where form_of() fails for this track.
  static Result<UnitWrapper> make(const Track& track);

  // At most so many frames in one PES packet.
  static constexpr size_t max_units = 16;

  // Another PES packet: pieces of the one before are no longer valid.
  void begin() { adts_used_ = 0; }
  // Appends the pieces of one frame, valid until the next begin; of codecs other than AAC until the next
  // call. Fails with Errc::malformed (no access unit of this codec) or beyond_limits.
  Result<Wrapped> wrap(const Frame& frame, Pieces& pieces);

 private:
  Result<Wrapped> wrap_nal(const Frame& frame, Pieces& pieces);

  uint32_t codec_ = 0;
  std::vector<uint8_t> delimiter_;       // access unit delimiter with its start code
  std::vector<uint8_t> parameter_sets_;  // in Annex B form
  AdtsHeader adts_template_{};
  std::array<AdtsHeader, max_units> adts_{};
  size_t adts_used_ = 0;
  std::vector<uint8_t> control_;
};

}  // namespace sluice::mux::ts
