// What a viewer's request can get wrong, and the HTTP status that says so.
#pragma once

#include <type_traits>

#include <sluice/result.hpp>

namespace sluice::hls {

// The hundreds are the HTTP status.
enum class Errc {
  bad_number = 40001,    // _HLS_msn or _HLS_part is not a decimal integer below 2^64 (2^32)
  part_without_msn,      // RFC 8216bis 6.2.5.2: _HLS_part needs _HLS_msn
  directive_repeated,    // the same directive twice
  bad_skip,              // _HLS_skip is neither YES nor v2
  query_too_long,        // more than any player and token need
  too_far_ahead,         // more than two segments, or the advance part limit, beyond the newest
  no_such_file = 40401,  // not a name of ours, or no longer (or never) in the window
  not_in_time = 50301,   // nothing came within the time a request is held
  too_many_waiting,
};

int http_status(Errc code);

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::hls

template <>
struct boost::system::is_error_code_enum<sluice::hls::Errc> : std::true_type {};
