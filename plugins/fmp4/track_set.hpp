// The tracks one packaging carries, chosen by its parameters, and what they make: init segment and MIME type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sluice/abi/frame.h>
#include <sluice/mux/mp4/file_type.hpp>
#include <sluice/mux/mp4/muxer.hpp>

#include "parameters.hpp"

namespace sluice::fmp4 {

struct TrackSet {
  std::vector<mux::mp4::MuxedTrack> tracks;  // in the stream's order
  bool has_video = false;

  const std::uint32_t* kind_of(std::uint32_t id) const;
};

// Throws Error(MEDIA) that says why, if none is left.
TrackSet choose_tracks(std::span<const sluice_track* const> tracks, const Parameters& parameters);

// CMAF where it is asked for and there is one track, as its rules want.
mux::mp4::Layout layout_of(const TrackSet& set, const Parameters& parameters);

std::vector<std::uint8_t> init_segment(const TrackSet& set, mux::mp4::Layout layout);
std::string mime_of(const TrackSet& set);
std::string codecs_of(const TrackSet& set);

}  // namespace sluice::fmp4
