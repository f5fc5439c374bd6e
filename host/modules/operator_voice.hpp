// What the operator says of one module, in three places of rising weight: the manifest's operator half, its
// overlay, the config file.
#pragma once

#include <optional>

#include "config/settings.hpp"
#include "modules/candidate.hpp"

namespace sluice::modules {

// The heaviest voice that says anything. The candidate has a manifest.
template <class T>
std::optional<T> heaviest(const Candidate& candidate, const config::Settings& settings,
                          std::optional<T> OperatorHalf::* half,
                          std::optional<T> config::ModuleSettings::* own) {
  if (const auto found = settings.modules.find(candidate.id);
      found != settings.modules.end() && found->second.*own)
    return found->second.*own;
  if (candidate.overlay && (*candidate.overlay).*half) return (*candidate.overlay).*half;
  return candidate.manifest->operator_half.*half;
}

}  // namespace sluice::modules
