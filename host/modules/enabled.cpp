#include "modules/enabled.hpp"

#include <algorithm>

#include "modules/interface_id.hpp"

namespace sluice::modules {
namespace {

bool any_matches(const std::vector<std::string>& patterns, const std::string& id) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return glob_matches(p, id); });
}

}  // namespace

EnabledDecision decide_enabled(const Manifest& manifest, const std::optional<OperatorHalf>& overlay,
                               const config::Settings& settings, const Filters& filters) {
  EnabledDecision out;
  auto vote = [&](const char* source, std::optional<bool> enabled) {
    if (enabled) out.votes.push_back({source, *enabled});
  };
  vote("author", manifest.enabled);
  vote("operator half", manifest.operator_half.enabled);
  if (overlay) vote("overlay", overlay->enabled);
  if (const auto own = settings.modules.find(manifest.id); own != settings.modules.end())
    vote("config file", own->second.enabled);
  if (!filters.only.empty()) {
    const bool named = std::find(filters.only.begin(), filters.only.end(), manifest.id) != filters.only.end();
    if (named || !any_matches(filters.only, manifest.id)) vote("--modules-only", named);
  }
  if (any_matches(filters.disable, manifest.id)) vote("--modules-disable", false);
  if (const auto wish = filters.wishes.find(manifest.id); wish != filters.wishes.end())
    vote("operator, until the server ends", wish->second);
  out.enabled = out.votes.back().enabled;
  return out;
}

}  // namespace sluice::modules
