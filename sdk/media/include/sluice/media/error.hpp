// What can be wrong with codec configuration or a frame. All of these mean: drop this item, keep what was
// there.
#pragma once

#include <type_traits>

#include "sluice/result.hpp"

namespace sluice::media {

enum class Errc {
  truncated = 1,      // ends before its own structure does
  malformed,          // a field has a value the standard does not allow
  unsupported,        // legal, but not something this server carries
  beyond_limits,      // legal, but larger than any real stream (sizes, counts)
  bad_nal_length,     // NAL length size 3, or a NAL reaching past the frame
  no_parameter_sets,  // a configuration without what a decoder needs
};

const boost::system::error_category& error_category();
inline error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sluice::media

template <>
struct boost::system::is_error_code_enum<sluice::media::Errc> : std::true_type {};
