// Who says whether a module is enabled, and who of them wins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "modules/manifest.hpp"

namespace sluice::modules {

struct Filters {
  std::vector<std::string> only;       // --modules-only: globs; a plain id also enables it
  std::vector<std::string> disable;    // --modules-disable: globs; wins over everything before it
  std::map<std::string, bool> wishes;  // `sluice modules enable | disable` while it runs, by id; wins
};

struct Vote {
  std::string source;  // "author", "operator half", "overlay", "config file", an option, "operator"
  bool enabled = true;
};

struct EnabledDecision {
  bool enabled = true;
  std::vector<Vote> votes;  // by rising weight: the last one wins

  const Vote& winner() const { return votes.back(); }
};

EnabledDecision decide_enabled(const Manifest& manifest, const std::optional<OperatorHalf>& overlay,
                               const config::Settings& settings, const Filters& filters);

}  // namespace sluice::modules
