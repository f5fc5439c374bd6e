// The operator's terms, before anything else about a module counts: whose signature is needed, which
// permissions are granted, whether a draft may run.
#include <algorithm>

#include "modules/operator_voice.hpp"
#include "modules/plan_draft.hpp"
#include "modules/signature.hpp"

namespace sluice::modules {
namespace {

std::string config_file(const config::Settings& settings) {
  return settings.text ? settings.text->file() : std::string();
}

// `"modules": {"acme.srt": {KEY: VALUE}}`, as it would stand in the config file.
std::string module_line(const std::string& id, const char* key, const Json& value) {
  return "\"modules\": {\"" + id + "\": {\"" + key + "\": " + value.dump() + "}}";
}

std::optional<Refusal> judge_permissions(const Manifest& manifest, const config::Settings& settings) {
  const auto own = settings.modules.find(manifest.id);
  if (own == settings.modules.end() || !own->second.permissions) return std::nullopt;
  const std::vector<std::string>& granted = *own->second.permissions;
  Json all = granted;
  std::string missing;
  std::size_t count = 0;
  for (const std::string& permission : manifest.permissions) {
    if (std::find(granted.begin(), granted.end(), permission) != granted.end()) continue;
    missing += (missing.empty() ? "" : ", ") + permission;
    all.push_back(permission);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return Refusal{"SL-SEC-004",
                 (count == 1 ? "permission " : "permissions ") + missing + (count == 1 ? " is" : " are") +
                     " not granted by modules." + manifest.id + ".permissions",
                 config_file(settings),
                 "To grant " + std::string(count == 1 ? "it" : "them") +
                     ", write into the config file: " + module_line(manifest.id, "permissions", all) + "."};
}

std::optional<Refusal> judge_stability(const Candidate& candidate, const config::Settings& settings) {
  if (!candidate.manifest->draft) return std::nullopt;
  if (heaviest(candidate, settings, &OperatorHalf::allow_draft, &config::ModuleSettings::allow_draft)
          .value_or(false))
    return std::nullopt;
  return Refusal{"SL-MAN-006", "module.stability is \"draft\", and nobody here allows drafts of it",
                 candidate.manifest->path,
                 "To run it all the same, write into the config file: " +
                     module_line(candidate.id, "allow_draft", true) + "."};
}

}  // namespace

std::optional<Refusal> judge_terms(const Candidate& candidate, const config::Settings& settings) {
  const Manifest& manifest = *candidate.manifest;
  // A manifest that is not to be believed is no ground for anything else.
  if (auto refusal = judge_signature(manifest, settings.trust)) return refusal;
  if (candidate.refusal) return candidate.refusal;
  if (auto refusal = judge_coverage(manifest, candidate.preflight, settings.trust)) return refusal;
  if (auto refusal = judge_permissions(manifest, settings)) return refusal;
  return judge_stability(candidate, settings);
}

}  // namespace sluice::modules
