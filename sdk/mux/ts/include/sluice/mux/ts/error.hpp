// Why a table, a track or a frame is refused. All of these mean: leave this item out, keep what was there.
#pragma once

#include <type_traits>

#include "sluice/result.hpp"

namespace sluice::mux::ts {

enum class Errc {
  truncated = 1,  // ends before its own structure does
  malformed,      // a field has a value the standard does not allow
  bad_crc,        // CRC_32 of a section does not match
  unsupported,    // a codec, or a variant of one, that a transport stream does not carry here
  beyond_limits,  // larger than the format or this library allows
  no_track,       // none of the tracks can be carried
  unknown_track,  // a frame names a track that is not carried
};

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::mux::ts

template <>
struct boost::system::is_error_code_enum<sluice::mux::ts::Errc> : std::true_type {};
