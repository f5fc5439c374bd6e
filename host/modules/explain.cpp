#include "modules/explain.hpp"

#include <algorithm>
#include <string_view>

namespace sluice::modules {

namespace {

Json generation_json(const std::string& version, const LifePicture& life) {
  Json out = {{"generation", life.generation},   {"version", version},
              {"state", state_name(life.state)}, {"code", remains_name(life.remains)},
              {"threads", life.threads},         {"holds", held_text(life.holds)}};
  if (!life.account.lanes.empty()) out["account"] = to_json(life.account);
  if (life.state == State::draining) out["sessions_left"] = life.sessions_left;
  if (!life.message.empty()) out["message"] = life.message;
  if (const auto leaked = held_text(life.leaked); !leaked.empty()) out["leaked"] = leaked;
  return out;
}

Json generations_json(const ModuleStatus& status) {
  Json out = Json::array();
  const bool runs = status.life.generation != 0;
  if (runs) out.push_back(generation_json(status.version, status.life));
  for (const auto& earlier : status.earlier) {
    if (runs && earlier.life.generation == status.life.generation) continue;
    out.push_back(generation_json(earlier.version, earlier.life));
  }
  return out;
}

// Whose entry this is among the modules' states: the same manifest, or the same id where that is gone.
const ModuleStatus* status_of(const Entry& entry, const std::vector<ModuleStatus>& modules) {
  for (const auto& status : modules) {
    if (status.id == entry.id && status.path == entry.path) return &status;
  }
  return nullptr;
}

// The one that runs or would, else the first.
const Entry* chosen(const std::string& id, const std::vector<Entry>& entries) {
  const Entry* first = nullptr;
  for (const auto& entry : entries) {
    if (entry.id != id) continue;
    if (entry.planned()) return &entry;
    if (first == nullptr) first = &entry;
  }
  return first;
}

Json provided_by(const Requirement& need, const std::vector<Entry>& entries,
                 const std::vector<HostInterface>& host) {
  Json out = Json::array();
  for (const auto& own : host) {
    if (own.iface == need.iface && own.minor >= need.minor_min) out.push_back("the host");
  }
  for (const auto& entry : entries) {
    if (!entry.planned()) continue;
    for (const auto& provision : entry.candidate.manifest->provides) {
      if (provision.iface == need.iface && provision.minor >= need.minor_min) out.push_back(entry.id);
    }
  }
  return out;
}

void add_interfaces(const Manifest& manifest, const std::vector<Entry>& entries,
                    const std::vector<HostInterface>& host, Json& out) {
  out["provides"] = Json::array();
  for (const auto& provision : manifest.provides) {
    const auto name = provision.name.empty() ? "" : " (" + provision.name + ")";
    out["provides"].push_back(provision.iface + name);
  }
  out["requires"] = Json::array();
  for (const auto& need : manifest.requires_) {
    out["requires"].push_back({{"iface", need.iface},
                               {"optional", need.optional},
                               {"provided_by", provided_by(need, entries, host)}});
  }
}

Json enabled_json(const EnabledDecision& decision) {
  Json out = {{"value", decision.enabled}, {"outvoted", Json::array()}};
  if (decision.votes.empty()) return out;
  out["by"] = decision.winner().source;
  for (std::size_t i = 0; i + 1 < decision.votes.size(); ++i) {
    out["outvoted"].push_back({{"by", decision.votes[i].source}, {"value", decision.votes[i].enabled}});
  }
  return out;
}

std::string why(const ModuleStatus& status, const Json& enabled) {
  const auto by = enabled.value("by", "");
  switch (status.state) {
    case State::serving: {
      std::string text =
          "it serves in generation " + std::to_string(status.life.generation) + ", enabled by the " + by;
      if (status.life.health.degraded) text += "; it is not well: " + status.life.health.reason;
      if (!status.message.empty())
        text += "; what is there now to replace it was not taken: " + status.message;
      return text;
    }
    case State::draining:
      return "it was taken away and finishes " + std::to_string(status.life.sessions_left) + " sessions";
    default:
      return status.message.empty() ? "it is " + std::string(state_name(status.state)) : status.message;
  }
}

std::string joined(const Json& list) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : ", ") + one.get<std::string>();
  return out.empty() ? "nothing" : out;
}

std::string requirement_text(const Json& need) {
  return need.value("iface", "") + (need.value("optional", false) ? " (optional)" : "") + " from " +
         joined(need.at("provided_by"));
}

}  // namespace

Json list_of(const std::vector<ModuleStatus>& modules) {
  Json out = Json::array();
  for (const auto& status : modules) {
    out.push_back({{"id", status.id},
                   {"version", status.version},
                   {"path", status.path},
                   {"state", state_name(status.state)},
                   {"rule", status.rule},
                   {"message", status.message},
                   {"generation", status.life.generation},
                   {"generations", generations_json(status)}});
  }
  return out;
}

Json explain(const std::string& id, const std::vector<Entry>& entries,
             const std::vector<ModuleStatus>& modules, const std::vector<HostInterface>& host) {
  Json out;
  const Entry* entry = chosen(id, entries);
  const ModuleStatus* status = entry != nullptr ? status_of(*entry, modules) : nullptr;
  if (status == nullptr) {
    const auto found =
        std::find_if(modules.begin(), modules.end(), [&](const auto& one) { return one.id == id; });
    if (found == modules.end()) return nullptr;
    status = &*found;
  }
  const Json enabled = entry != nullptr ? enabled_json(entry->enabled) : Json::object();
  out = {{"id", id},
         {"version", status->version},
         {"path", status->path},
         {"state", state_name(status->state)},
         {"why", why(*status, enabled)},
         {"rule", status->rule},
         {"enabled", enabled},
         {"required", status->required},
         {"warnings", status->warnings},
         {"generations", generations_json(*status)}};
  if (entry != nullptr && entry->candidate.manifest)
    add_interfaces(*entry->candidate.manifest, entries, host, out);
  out["manifests"] = Json::array();
  for (const auto& one : entries) {
    if (one.id != id) continue;
    out["manifests"].push_back({{"path", one.path},
                                {"version", one.version},
                                {"state", one.planned() ? "chosen" : std::string(state_name(one.state))},
                                {"message", one.message}});
  }
  return out;
}

Json graph(const std::vector<Entry>& entries, const std::vector<ModuleStatus>& modules,
           const std::vector<HostInterface>& host) {
  Json out = {{"host", Json::array()}, {"modules", Json::array()}};
  for (const auto& own : host) out["host"].push_back(own.iface);
  for (const auto& entry : entries) {
    if (!entry.candidate.manifest) continue;
    const ModuleStatus* status = status_of(entry, modules);
    Json one = {{"id", entry.id}, {"state", state_name(status != nullptr ? status->state : entry.state)}};
    add_interfaces(*entry.candidate.manifest, entries, host, one);
    out["modules"].push_back(std::move(one));
  }
  return out;
}

std::string explain_text(const Json& explained) {
  std::string out = explained.value("id", "") + " " + explained.value("version", "") + ": " +
                    explained.value("state", "") + "\n  " + explained.value("why", "") + "\n";
  const Json& enabled = explained.at("enabled");
  for (const auto& vote : enabled.value("outvoted", Json::array())) {
    out += "  outvoted: the " + vote.value("by", "") +
           (vote.value("value", false) ? " enables" : " disables") + " it\n";
  }
  for (const auto& generation : explained.at("generations")) {
    out += "  generation " + generation.at("generation").dump() + " (" + generation.value("version", "") +
           "): " + generation.value("state", "") + ", code " + generation.value("code", "");
    if (generation.contains("sessions_left"))
      out += ", " + generation["sessions_left"].dump() + " sessions left";
    if (const auto holds = generation.value("holds", ""); !holds.empty()) out += ", holds " + holds;
    out += "\n";
  }
  if (explained.contains("provides")) out += "  provides: " + joined(explained["provides"]) + "\n";
  for (const auto& need : explained.value("requires", Json::array()))
    out += "  needs " + requirement_text(need) + "\n";
  for (const auto& manifest : explained.at("manifests")) {
    out += "  manifest " + manifest.value("path", "") + " (" + manifest.value("version", "") +
           "): " + manifest.value("state", "") + "\n";
  }
  for (const auto& warning : explained.at("warnings")) out += "  " + warning.get<std::string>() + "\n";
  return out;
}

std::string graph_text(const Json& graph) {
  std::string out = "host provides " + joined(graph.at("host")) + "\n";
  for (const auto& module : graph.at("modules")) {
    out += module.value("id", "") + " (" + module.value("state", "") + ")\n";
    if (!module.at("provides").empty()) out += "  provides " + joined(module["provides"]) + "\n";
    for (const auto& need : module.at("requires")) out += "  needs " + requirement_text(need) + "\n";
    for (const auto& lease : graph.value("leases", Json::array())) {
      if (lease.value("module", "") != module.value("id", "")) continue;
      out += "  has leased " + lease.value("iface", "") + " of " + lease.value("provider", "") + "\n";
    }
    for (const auto& record : graph.value("records", Json::array())) {
      if (record.value("module", "") != module.value("id", "")) continue;
      out += "  registered " + record.value("kind", "") + " " + record.value("name", "") + " for " +
             record.value("iface", "") + ": " + record.value("state", "") + "\n";
    }
  }
  return out;
}

}  // namespace sluice::modules
