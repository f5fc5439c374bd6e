#include "kit/subject.hpp"

#include <algorithm>

#include "modules/describe.hpp"

namespace sluice::kit {

using modules::Entry;
using modules::Json;
using modules::Refusal;

namespace {

config::Settings settings_for(const std::string& id, const Json& config) {
  const Json text{{"modules", {{id, {{"enabled", true}, {"allow_draft", true}, {"config", config}}}}}};
  auto settings = config::parse_settings(text.dump(), "kit.json");
  return settings ? std::move(*settings) : config::default_settings();
}

// Who else would have to run is none of one module's business: what no host has is taken out, and named.
std::vector<std::string> take_needs_of_others(modules::Candidate& candidate,
                                              const modules::Platform& platform) {
  std::vector<std::string> names;
  auto manifest = std::make_shared<modules::Manifest>(*candidate.manifest);
  std::erase_if(manifest->requires_, [&](const modules::Requirement& need) {
    const bool own = std::any_of(platform.interfaces.begin(), platform.interfaces.end(),
                                 [&](const auto& one) { return one.iface == need.iface; });
    if (!own && !need.optional) names.push_back(need.iface);
    return !own;
  });
  candidate.manifest = std::move(manifest);
  return names;
}

}  // namespace

modules::Accepted<Subject> Subject::read(const std::string& file, const modules::Platform& platform,
                                         const Json& config) {
  auto candidate = modules::examine({0, modules::manifest_of(file)}, "", platform);
  if (candidate.refusal) return *candidate.refusal;
  modules::PlanInputs inputs;
  inputs.settings = settings_for(candidate.id, config);
  inputs.interfaces = platform.interfaces;
  auto needs = take_needs_of_others(candidate, platform);
  inputs.candidates.push_back(std::move(candidate));
  Entry entry = std::move(modules::make_plan(std::move(inputs)).entries.front());
  if (!entry.planned()) {
    return Refusal{entry.rule, entry.message, entry.path,
                   "Give what the module cannot run without: --config FILE, its part of a config file."};
  }
  // The sockets are the host's, so a busy port of this machine is no fault of the module.
  for (auto& listener : entry.listeners) {
    if (!listener.addresses.empty()) listener.addresses = {{config::HostKind::ipv4, "127.0.0.1", 0}};
  }
  return Subject(std::move(entry), std::move(needs));
}

Entry Subject::entry_with(Json effective) const {
  Entry entry = entry_;
  entry.config.effective = std::move(effective);
  return entry;
}

bool Subject::provides(std::string_view iface) const {
  const auto& all = manifest().provides;
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.iface == iface; });
}

bool Subject::listens() const {
  const auto& all = entry_.listeners;
  return std::any_of(all.begin(), all.end(), [](const modules::Listener& one) {
    return one.declared.proto == modules::Transport::tcp && !one.addresses.empty();
  });
}

std::vector<std::string> Subject::own_properties() const {
  std::vector<std::string> names;
  const auto& schema = manifest().config_schema;
  if (!schema.is_object() || !schema.contains("properties")) return names;
  const auto& listens = manifest().listens;
  for (const auto& [name, property] : schema["properties"].items()) {
    const bool address = std::any_of(listens.begin(), listens.end(), [&, name = name](const auto& one) {
      return Json::json_pointer(one.config) == Json::json_pointer("") / name;
    });
    if (!address && name != "threads") names.push_back(name);
  }
  return names;
}

}  // namespace sluice::kit
