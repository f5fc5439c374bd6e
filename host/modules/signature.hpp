// SL-SEC-003: whose modules the operator trusts. A signature is made over the canonical `module` part of the
// manifest, targets included, since only their sha256 ties it to the library's bytes. Pure.
#pragma once

#include <optional>

#include "config/settings.hpp"
#include "modules/manifest.hpp"
#include "modules/preflight.hpp"

namespace sluice::modules {

// Whether the manifest may be believed: in signed mode it needs the signature of a known key; a signature by
// a known key that does not fit is refused in any mode. Says nothing about the library.
std::optional<Refusal> judge_signature(const Manifest& manifest, const config::TrustSettings& trust);

// Whether the signature covers what would run; asked in signed mode, of a library that passed its checks.
std::optional<Refusal> judge_coverage(const Manifest& manifest, const Preflight& library,
                                      const config::TrustSettings& trust);

}  // namespace sluice::modules
