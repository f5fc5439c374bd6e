// What an RTMP peer can do wrong, and what that costs it.
#pragma once

#include <type_traits>

#include "sluice/result.hpp"

namespace sluice::rtmp {

// The hundreds digit is the verdict.
enum class Errc {
  // CLOSE: the byte stream can no longer be trusted, or a limit was passed on purpose.
  bad_version = 100,   // C0 or S0 is not 3
  rtmpe_unsupported,   // C0 is 6 or 8: encrypted RTMP
  tls_unexpected,      // a TLS record where C0 should be
  tls_expected,        // C0 where a TLS record should be
  bad_chunk_size,      // SetChunkSize with the top bit, below the floor, or too short to hold a size
  message_too_large,   // announced length above the limit
  too_much_in_flight,  // announced lengths of unfinished messages above the limit
  too_many_chunk_streams,
  no_previous_header,      // a compressed header on a chunk stream that has none to refer to
  message_changed_midway,  // a continuation chunk with another length, type or stream
  bad_aggregate,           // inner sizes do not add up
  not_a_command,           // a command or data message that does not begin with its name
  // DROP: that message only.
  empty_message = 200,
  malformed_tag,
  malformed_control,
  // REJECT: an answer with a status, then the peer may try again.
  bad_stream_name = 300,
};

enum class Verdict { close, drop, reject };

// For codes of this category; anything else closes, AMF values that are none among it.
Verdict verdict_of(const error_code& error);

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::rtmp

template <>
struct boost::system::is_error_code_enum<sluice::rtmp::Errc> : std::true_type {};
