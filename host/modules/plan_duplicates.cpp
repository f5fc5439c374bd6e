// One id, several manifests: the earlier folder wins, inside one folder the highest version; one version with
// two contents is nobody's to choose.
#include <algorithm>
#include <map>

#include "modules/interface_id.hpp"
#include "modules/plan_draft.hpp"

namespace sluice::modules {
namespace {

const Digest& hash_of(const Draft& draft, std::size_t i) {
  return draft.plan.entries[i].candidate.preflight.sha256;
}
std::size_t folder_of(const Draft& draft, std::size_t i) {
  return draft.plan.entries[i].candidate.found.folder;
}

bool ambiguous(const Draft& draft, std::size_t a, std::size_t b) {
  return folder_of(draft, a) == folder_of(draft, b) &&
         compare_versions(draft.plan.entries[a].version, draft.plan.entries[b].version) == 0 &&
         hash_of(draft, a) != hash_of(draft, b);
}

void refuse_ambiguous(Draft& draft, std::vector<std::size_t>& same_id) {
  std::map<std::size_t, std::size_t> rival;  // loser -> one it cannot be told from
  for (const std::size_t a : same_id)
    for (const std::size_t b : same_id)
      if (a != b && ambiguous(draft, a, b)) rival.emplace(a, b);
  for (const auto& [i, other] : rival)
    draft.refuse(i, {"SL-DUP-002",
                     "the same version lies twice in one folder with different bytes: sha256 " +
                         hex(hash_of(draft, i)) + ", and " + hex(hash_of(draft, other)) + " at " +
                         draft.plan.entries[other].path,
                     draft.plan.entries[i].path, "Remove one of the two, or give it another version."});
  std::erase_if(same_id, [&](std::size_t i) { return rival.contains(i); });
}

void shadow_losers(Draft& draft, const std::vector<std::size_t>& same_id) {
  // Entries are in order of folder and path already: the first of the best stays the winner.
  const std::size_t winner =
      *std::min_element(same_id.begin(), same_id.end(), [&](std::size_t a, std::size_t b) {
        if (folder_of(draft, a) != folder_of(draft, b)) return folder_of(draft, a) < folder_of(draft, b);
        return compare_versions(draft.plan.entries[a].version, draft.plan.entries[b].version) > 0;
      });
  for (const std::size_t i : same_id) {
    if (i == winner) continue;
    const bool same_bytes = hash_of(draft, i) == hash_of(draft, winner);
    const bool same_folder = folder_of(draft, i) == folder_of(draft, winner);
    const std::string why = same_bytes    ? "it is the same library as "
                            : same_folder ? "the higher version wins: "
                                          : "an earlier folder wins: ";
    draft.shadow(
        i, why + draft.name(winner) + " at " + draft.plan.entries[winner].path,
        same_bytes ? "Nothing to do." : "To run this one, remove the other or name this folder earlier.");
  }
}

}  // namespace

void settle_duplicates(Draft& draft) {
  std::map<std::string, std::vector<std::size_t>> by_id;
  for (std::size_t i = 0; i < draft.plan.entries.size(); ++i)
    if (draft.plan.entries[i].planned()) by_id[draft.plan.entries[i].id].push_back(i);
  for (auto& [id, same_id] : by_id) {
    if (same_id.size() < 2) continue;
    refuse_ambiguous(draft, same_id);
    if (!same_id.empty()) shadow_losers(draft, same_id);
  }
}

}  // namespace sluice::modules
