// The module's configuration as it came from the host, in types.
#pragma once

#include <chrono>
#include <string_view>

#include "part_index.hpp"

namespace sluice::hls {

struct Settings {
  WindowLimits window;
  std::chrono::seconds linger{30};  // a stream nobody asks for any more is kept so long
  bool at_publish = false;          // every stream that is live is kept, watched or not
};

// `json`: {"config": {...}}, already checked against the manifest's schema. Throws sluice::Error.
Settings parse_settings(std::string_view json);

}  // namespace sluice::hls
