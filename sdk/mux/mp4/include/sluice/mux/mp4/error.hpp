// What can be wrong with an MP4 stream, or with what shall become one.
#pragma once

#include <type_traits>

#include "sluice/result.hpp"

namespace sluice::mux::mp4 {

enum class Errc {
  truncated = 1,       // a box ends before its own fields do
  bad_box_size,        // smaller than its header, or larger than what holds it
  too_large,           // moov, moof or a sample above the limits
  not_fragmented,      // samples are described by moov, not by movie fragments
  no_movie,            // a fragment before the first moov
  malformed,           // a field has a value the standard does not allow
  too_many_tracks,     // more than max_tracks
  too_many_samples,    // more than max_samples, or than their box can hold
  unknown_track,       // a fragment names a track that moov does not
  bad_sample_place,    // samples overlap, lie outside the media data or before what was read
  time_beyond_limits,  // a time that nanoseconds in 64 bits cannot hold
  unsupported,         // legal, but not carried: the codec, or more than one sample description
};

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::mux::mp4

template <>
struct boost::system::is_error_code_enum<sluice::mux::mp4::Errc> : std::true_type {};
