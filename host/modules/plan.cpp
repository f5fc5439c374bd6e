#include "modules/plan.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "modules/operator_voice.hpp"
#include "modules/plan_draft.hpp"

namespace sluice::modules {
namespace {

using config::Json;

Entry begin_entry(Candidate candidate, const PlanInputs& inputs) {
  Entry out;
  out.id = candidate.id;
  out.version = candidate.version;
  out.path = candidate.found.path;
  if (candidate.manifest) {
    candidate.refusal = judge_terms(candidate, inputs.settings);
    out.enabled = decide_enabled(*candidate.manifest, candidate.overlay, inputs.settings, inputs.filters);
    out.required =
        heaviest(candidate, inputs.settings, &OperatorHalf::required, &config::ModuleSettings::required)
            .value_or(false);
    out.preferred =
        heaviest(candidate, inputs.settings, &OperatorHalf::prefer, &config::ModuleSettings::prefer)
            .value_or(false);
    out.log_level =
        heaviest(candidate, inputs.settings, &OperatorHalf::log_level, &config::ModuleSettings::log_level)
            .value_or("");
    for (const Finding& one : candidate.preflight.findings)
      if (one.verdict == Verdict::warn)
        out.warnings.push_back("module " + out.id + " " + out.version + " " + one.rule + ": " + one.finding +
                               ". " + one.remedy);
  }
  out.candidate = std::move(candidate);
  return out;
}

void disable(Draft& draft, std::size_t i) {
  Entry& entry = draft.entry(i);
  entry.state = State::disabled;
  entry.rule.clear();
  entry.message = "module " + draft.name(i) + " is disabled by the " + entry.enabled.winner().source;
  if (const auto& refusal = entry.candidate.refusal)
    entry.message += "; enabled, it would be refused, " + refusal->rule + ": " + refusal->finding;
}

void settle_candidates(Draft& draft) {
  for (std::size_t i = 0; i < draft.plan.entries.size(); ++i) {
    Entry& entry = draft.entry(i);
    entry.state = State::preflighted;
    const std::optional<Refusal> refusal = entry.candidate.refusal;
    if (refusal && entry.candidate.manifest && !entry.enabled.enabled) {
      disable(draft, i);
    } else if (refusal) {
      draft.refuse(i, *refusal);
    }
  }
}

std::vector<config::ConfigLayer> layers_of(const Entry& entry, const config::Settings& settings) {
  const Candidate& candidate = entry.candidate;
  std::vector<config::ConfigLayer> layers;
  layers.push_back({"operator half",
                    candidate.manifest->operator_half.config,
                    {candidate.manifest->text.get(), "/operator/config"}});
  if (candidate.overlay)
    layers.push_back({"overlay " + candidate.overlay_path, candidate.overlay->config, {}});
  config::ConfigLayer file{"config file",
                           Json::object(),
                           {settings.text.get(), config::pointer_to("/modules", entry.id) + "/config"}};
  if (const auto own = settings.modules.find(entry.id); own != settings.modules.end())
    file.config = own->second.config;
  layers.push_back(std::move(file));
  return layers;
}

// Which file an address stands in: the config file if it says something there, else the manifest's default.
config::Origin origin_of(const Entry& entry, const ListenDefault& listen, const config::Settings& settings) {
  const std::string pointer = config::pointer_to("/modules", entry.id) + "/config" + listen.config;
  const bool stated = settings.text && settings.text->value().contains(Json::json_pointer(pointer));
  return {stated ? settings.text.get() : nullptr, pointer};
}

config::Complaints read_listeners(Entry& entry, const config::Settings& settings) {
  for (const ListenDefault& listen : entry.candidate.manifest->listens) {
    Listener one{listen, {}};
    const Json::json_pointer place(listen.config);
    if (entry.config.effective.contains(place)) {
      auto addresses =
          config::parse_listen(entry.config.effective[place], origin_of(entry, listen, settings));
      if (!addresses) return addresses.error();
      one.addresses = std::move(*addresses);
    } else if (listen.port) {
      one.addresses.push_back({config::HostKind::every, "", *listen.port});
    }
    entry.listeners.push_back(std::move(one));
  }
  return {};
}

void settle_config(Draft& draft, std::size_t i, const config::Settings& settings) {
  Entry& entry = draft.entry(i);
  const Manifest& manifest = draft.manifest(i);
  entry.config = config::compose_module_config({manifest.id, manifest.description, manifest.config_schema},
                                               layers_of(entry, settings), settings);
  config::Complaints wrong = entry.config.complaints;
  if (wrong.empty()) wrong = read_listeners(entry, settings);
  if (wrong.empty()) return;
  std::string finding = "config violates the module's schema: " + wrong.front().text();
  if (wrong.size() > 1) finding += " (and " + std::to_string(wrong.size() - 1) + " more)";
  const std::string file = wrong.front().file.empty() ? entry.path : wrong.front().file;
  draft.refuse(i, {"SL-CFG-001", std::move(finding), file, "`sluice config check` lists every fault."});
}

// What wins a contest comes first: the operator's preference, then the folder, then the path.
std::vector<std::size_t> ranked(const Draft& draft) {
  std::vector<std::size_t> order(draft.plan.entries.size());
  std::iota(order.begin(), order.end(), 0u);
  std::erase_if(order, [&](std::size_t i) { return !draft.entered[i] || !draft.plan.entries[i].planned(); });
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool first = draft.plan.entries[a].preferred, second = draft.plan.entries[b].preferred;
    return first != second ? first : a < b;  // entries lie in order of folder and path
  });
  return order;
}

}  // namespace

std::string_view state_name(State state) {
  constexpr std::string_view names[] = {"found",      "preflighted", "probed",  "staged",  "mapped",
                                        "negotiated", "configured",  "started", "serving", "draining",
                                        "stopped",    "retired",     "refused", "failed",  "quarantined",
                                        "shadowed",   "disabled"};
  return names[static_cast<std::size_t>(state)];
}

void Draft::refuse(std::size_t i, Refusal refusal) {
  Entry& one = entry(i);
  one.state = State::refused;
  one.rule = refusal.rule;
  if (refusal.path.empty()) refusal.path = one.path;
  one.message = sentence(refusal, one.id, one.version);
  refusals[i] = std::move(refusal);
}

void Draft::shadow(std::size_t i, std::string finding, std::string remedy) {
  Entry& one = entry(i);
  one.state = State::shadowed;
  one.rule = "SL-DUP-001";
  one.message = "module " + name(i) + " SHADOWED SL-DUP-001: " + std::move(finding) + " (" + one.path +
                "). " + std::move(remedy);
}

void Draft::quarantine(std::size_t i, std::string finding) {
  refuse(i, {"SL-RUN-003", std::move(finding), "",
             "Install another build of it, or try this one again with `sluice modules reset " + entry(i).id +
                 "`."});
  Entry& one = entry(i);
  one.state = State::quarantined;
  const auto at = one.message.find(" REFUSED ");
  one.message.replace(at, std::string_view(" REFUSED ").size(), " QUARANTINED ");
}

Plan make_plan(PlanInputs inputs) {
  std::sort(inputs.candidates.begin(), inputs.candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.found.folder, a.found.path) < std::tie(b.found.folder, b.found.path);
  });
  Draft draft;
  draft.interfaces = std::move(inputs.interfaces);
  draft.loaded = std::move(inputs.loaded);
  draft.plan.warnings = std::move(inputs.warnings);
  for (Candidate& candidate : inputs.candidates)
    draft.plan.entries.push_back(begin_entry(std::move(candidate), inputs));
  draft.refusals.resize(draft.plan.entries.size());
  draft.entered.resize(draft.plan.entries.size());
  settle_candidates(draft);
  settle_duplicates(draft);
  for (std::size_t i = 0; i < draft.plan.entries.size(); ++i) {
    if (!draft.entry(i).planned()) continue;
    if (!draft.entry(i).enabled.enabled) {
      disable(draft, i);
      continue;
    }
    const auto& library = draft.entry(i).candidate.preflight.sha256;
    if (auto why = quarantine_reason(inputs.crashes, hex(library), inputs.now); !why.empty()) {
      draft.quarantine(i, std::move(why));
      continue;
    }
    draft.entered[i] = true;
    settle_config(draft, i, inputs.settings);
  }
  admit(draft, ranked(draft));
  return std::move(draft.plan);
}

const Entry* Plan::find(const std::string& id) const {
  const Entry* first = nullptr;
  for (const Entry& entry : entries) {
    if (entry.id != id) continue;
    if (entry.planned()) return &entry;
    if (!first) first = &entry;
  }
  return first;
}

std::vector<config::ModuleSchema> Plan::schemas() const {
  std::vector<config::ModuleSchema> out;
  for (const Entry& entry : entries) {
    if (find(entry.id) != &entry) continue;
    const Manifest* manifest = entry.candidate.manifest.get();
    out.push_back({entry.id, manifest ? manifest->description : "",
                   manifest ? manifest->config_schema : Json::object()});
  }
  return out;
}

Plan plan_modules(const SearchInputs& where, const config::Settings& settings, const Filters& filters,
                  const Platform& platform, std::vector<LoadedLibrary> loaded, std::vector<Crash> crashes) {
  const SearchResult found = search(where);
  PlanInputs inputs;
  inputs.candidates = examine_all(found, where.overlays, platform);
  inputs.settings = settings;
  inputs.filters = filters;
  inputs.interfaces = platform.interfaces;
  inputs.loaded = std::move(loaded);
  inputs.crashes = std::move(crashes);
  inputs.now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  inputs.warnings = found.warnings;
  Plan plan = make_plan(std::move(inputs));
  plan.looked_for = found.looked_for;
  if (!where.overlays.empty()) plan.looked_for.push_back(where.overlays);
  return plan;
}

}  // namespace sluice::modules
