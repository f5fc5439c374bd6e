// Which of a stream's tracks MP4 can carry, and how: the bridge from sluice_track.
#pragma once

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

// A function of the track alone, so that every node writes the same. What the track leaves open (size, rate,
// channels) is read from its configuration. Timescale: of video the native one if 90000 is no multiple of
// it, of audio the sample rate if it is known, otherwise 90000.
// Fails with Errc::unsupported (codec, data tracks) or what the configuration's own parser finds.
Result<Track> carried_track(const sluice_track& track);

// How long a sample of the track lasts if its codec or the frame rate says so, ns; 0: they do not. Rounded
// down to the native clock (RTMP: milliseconds), since times have been so too: it is never more than the step
// to the next sample.
int64_t nominal_duration(const sluice_track& track, const Track& carried);

}  // namespace sluice::mux::mp4
