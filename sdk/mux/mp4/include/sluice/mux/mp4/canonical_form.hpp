// Samples as MP4 has them to frames as the engine wants them (payload forms: sluice/abi/frame.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

class CanonicalForm {
 public:
  // `track` as parse_movie gives a carried one.
  explicit CanonicalForm(Track track);
  ~CanonicalForm();
  CanonicalForm(CanonicalForm&&) noexcept;
  CanonicalForm& operator=(CanonicalForm&&) noexcept;

  const Track& track() const { return track_; }

  struct Unit {
    std::span<const uint8_t> payload;  // the sample, or valid until the next take; empty: nothing is left
    bool key = false;
    bool disposable = false;
    bool changed = false;  // the configuration is another one from this unit on
  };

  // Where the codec says whether a unit is a key frame it is believed, not the container. Fails with what the
  // codec's own parser finds; the next sample may be sound again.
  Result<Unit> take(std::span<const uint8_t> sample, bool sync, bool disposable);

 private:
  struct Codec;

  Track track_;
  std::unique_ptr<Codec> codec_;
  std::vector<uint8_t> rewritten_;
};

}  // namespace sluice::mux::mp4
