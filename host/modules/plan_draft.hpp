// A plan while it is being made: entries by rank, and why those that fell out did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/plan.hpp"

namespace sluice::modules {

struct Draft {
  Plan plan;
  std::vector<HostInterface> interfaces;
  std::vector<LoadedLibrary> loaded;
  std::vector<std::optional<Refusal>> refusals;  // beside plan.entries
  std::vector<bool> entered;                     // took part in the plan: preflighted, enabled, not shadowed

  Entry& entry(std::size_t i) { return plan.entries[i]; }
  const Manifest& manifest(std::size_t i) const { return *plan.entries[i].candidate.manifest; }
  std::string name(std::size_t i) const { return plan.entries[i].id + " " + plan.entries[i].version; }
  std::string name_and_path(std::size_t i) const { return name(i) + " (" + plan.entries[i].path + ")"; }

  void refuse(std::size_t i, Refusal refusal);
  void shadow(std::size_t i, std::string finding, std::string remedy);
  void quarantine(std::size_t i, std::string finding);
};

// SL-SEC-003, SL-SEC-004, SL-MAN-006, else what the candidate is refused for already. It has a manifest.
std::optional<Refusal> judge_terms(const Candidate& candidate, const config::Settings& settings);

// Same id more than once: SL-DUP-001, SL-DUP-002.
void settle_duplicates(Draft& draft);

// Requirements, claims, order: SL-DEP-*, SL-DUP-003, SL-RES-001, SL-ELF-010. `ranked` holds what may start,
// first the ones that win a contest.
void admit(Draft& draft, const std::vector<std::size_t>& ranked);

}  // namespace sluice::modules
