// SL-MAN-005: what a manifest may ask for and this host does not do. To run the module all the same would be
// to ignore what its author or its operator relies on.
#pragma once

#include <optional>

#include "modules/manifest.hpp"

namespace sluice::modules {

// `overlay` may be null; what it says of something stands for what the manifest's operator half says.
std::optional<Refusal> find_unserved(const Manifest& manifest, const OperatorHalf* overlay,
                                     const std::string& overlay_path);

}  // namespace sluice::modules
