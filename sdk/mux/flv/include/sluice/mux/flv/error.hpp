// What can be wrong with FLV: with the file, with one tag, with a value in a script tag.
#pragma once

#include <type_traits>

#include "sluice/result.hpp"

namespace sluice::mux::flv {

enum class Errc {
  // The byte stream cannot be read any further.
  not_flv = 1,  // no FLV signature, another version, or a header that does not end
  lost_sync,    // neither the tag nor the size behind it makes sense
  // One message or tag; those before and after it stand.
  empty_message,
  malformed_tag,
  unsupported_codec,
  bad_multitrack,  // no track, too many, or sizes past the end
  tag_too_large,   // does not fit the 24 bits of its size
  unknown_track,   // a frame of a track that is not carried
  no_track,        // none of the tracks can be carried
  // AMF0.
  amf_truncated,
  amf_malformed,  // reserved marker, or an object without its end
  amf_too_deep,
  amf_too_large,    // elements or bytes above the limit
  amf_unsupported,  // AMF3 or a reference
};

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::mux::flv

template <>
struct boost::system::is_error_code_enum<sluice::mux::flv::Errc> : std::true_type {};
