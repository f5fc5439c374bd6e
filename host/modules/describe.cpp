#include "modules/describe.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "modules/library_file.hpp"

namespace sluice::modules {
namespace {

Json findings_json(const Preflight& preflight) {
  Json out = Json::array();
  for (const Finding& one : preflight.findings)
    out.push_back({{"rule", one.rule},
                   {"verdict", verdict_name(one.verdict)},
                   {"finding", one.finding},
                   {"remedy", one.remedy}});
  return out;
}

Json library_json(const Preflight& preflight) {
  Json out = {{"path", preflight.library}, {"size", preflight.size}, {"sha256", hex(preflight.sha256)}};
  for (const BundledLibrary& one : preflight.bundled)
    out["bundled"].push_back({{"soname", one.soname}, {"path", one.path}, {"sha256", hex(one.sha256)}});
  if (!preflight.elf) return out;
  const ElfFile& elf = *preflight.elf;
  out["machine"] = machine_name(elf.machine);
  out["build_id"] = elf.build_id;
  out["soname"] = elf.soname;
  out["needed"] = elf.needed;
  out["exports"] = elf.exports.size();
  if (elf.note)
    out["note"] = {{"abi",
                    {{"major", elf.note->major},
                     {"minor_built", elf.note->minor_built},
                     {"minor_min", elf.note->minor_min}}},
                   {"id", elf.note->id},
                   {"version", elf.note->version},
                   {"manifest_sha256", hex(elf.note->manifest_sha256)}};
  return out;
}

Json enabled_json(const EnabledDecision& decision) {
  Json out = {{"value", decision.enabled}, {"outvoted", Json::array()}};
  if (decision.votes.empty()) return out;
  out["by"] = decision.winner().source;
  for (std::size_t i = 0; i + 1 < decision.votes.size(); ++i)
    out["outvoted"].push_back({{"by", decision.votes[i].source}, {"value", decision.votes[i].enabled}});
  return out;
}

Json listeners_json(const Entry& entry) {
  Json out = Json::array();
  for (const Listener& one : entry.listeners) {
    Json addresses = Json::array();
    for (const auto& address : one.addresses) addresses.push_back(address.text());
    out.push_back({{"name", one.declared.name},
                   {"proto", one.declared.proto == Transport::tcp ? "tcp" : "udp"},
                   {"tls", one.declared.tls},
                   {"config", one.declared.config},
                   {"addresses", std::move(addresses)}});
  }
  return out;
}

void add_manifest(const Manifest& manifest, Json& out) {
  const Json& document = manifest.text->value();
  out["name"] = manifest.name;
  out["vendor"] = manifest.vendor;
  out["license"] = manifest.license;
  out["description"] = manifest.description;
  out["format"] = manifest.format;
  out["module"] = document["module"];
  out["module_sha256"] = hex(manifest.canonical);
  out["signed_with"] = manifest.signature ? Json(manifest.signature->key_id) : Json();
  if (document.contains("operator")) {
    out["operator"] = document["operator"];
    if (out["operator"].contains("config"))
      out["operator"]["config"] = config::masked(manifest.config_schema, out["operator"]["config"]);
  }
}

std::string absolute(const std::string& file) {
  if (file.starts_with('/')) return file;
  char here[4096];
  return ::getcwd(here, sizeof here) ? std::string(here) + "/" + file : file;
}

void put(Json& findings, const Refusal& refusal) {
  findings.push_back({{"rule", refusal.rule},
                      {"verdict", "fail"},
                      {"finding", refusal.finding},
                      {"remedy", refusal.remedy}});
}

std::string worst(const Json& findings) {
  std::string verdict = "pass";
  for (const Json& one : findings) {
    if (one["verdict"] == "fail") return "fail";
    if (one["verdict"] == "warn") verdict = "warn";
  }
  return verdict;
}

// The manifest does not help, but what the file itself says is still worth telling.
Json findings_of_file(const std::string& library, const Platform& platform) {
  Json findings = Json::array();
  const std::size_t slash = library.rfind('/');
  const auto file = open_beneath(library.substr(0, slash), library.substr(slash + 1));
  if (!file) return put(findings, file.error()), findings;
  const auto bytes = read_bytes(file->get(), library);
  if (!bytes) return put(findings, bytes.error()), findings;
  const auto elf = parse_elf(*bytes, library, platform.machine);
  if (!elf) return put(findings, elf.error()), findings;
  if (!elf->note)
    put(findings, {"SL-ABI-001", "not one of our modules: it has no SLUICE note", library,
                   "Build it with the SDK's module rule, which writes the note."});
  return findings;
}

void append_text(const Json& value, std::string indent, std::string& out) {
  for (const auto& [name, member] : value.items()) {
    out += indent + (value.is_array() ? "-" : name + ":");
    if (member.is_structured() && !member.empty()) {
      out += "\n";
      append_text(member, indent + "  ", out);
    } else {
      out += " " + (member.is_string() ? member.get<std::string>() : member.dump()) + "\n";
    }
  }
}

}  // namespace

std::string verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
    case Verdict::skipped:
      break;
  }
  return "skipped";
}

std::string manifest_of(const std::string& given) {
  std::string file = absolute(given);
  if (!file.ends_with(".so")) return file;
  std::string beside = file.substr(0, file.size() - 3) + ".json";
  struct stat status{};
  if (::stat(beside.c_str(), &status) == 0) return beside;
  const std::size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash);
  SearchInputs only;
  only.module_dirs = {folder};
  only.drop_in.clear();
  for (const FoundManifest& found : search(only).manifests) {
    const auto manifest = load_manifest(found.path);
    if (!manifest) continue;
    for (const Target& target : manifest->targets)
      if (target.library == file.substr(slash + 1)) return found.path;
  }
  return beside;
}

Json describe_list(const Plan& plan) {
  Json out = Json::array();
  for (const Entry& entry : plan.entries)
    out.push_back({{"id", entry.id},
                   {"version", entry.version},
                   {"path", entry.path},
                   {"state", state_name(entry.state)},
                   {"rule", entry.rule},
                   {"message", entry.message}});
  return out;
}

std::string list_text(const Json& list) {
  std::size_t id_width = 2, version_width = 7;
  for (const Json& entry : list) {
    id_width = std::max(id_width, entry["id"].get_ref<const std::string&>().size());
    version_width = std::max(version_width, entry["version"].get_ref<const std::string&>().size());
  }
  std::string out;
  for (const Json& entry : list) {
    auto column = [&](const char* name, std::size_t width) {
      std::string text = entry[name];
      text.resize(std::max(width, text.size()), ' ');
      return text + "  ";
    };
    out += column("id", id_width) + column("version", version_width) + column("state", 11);
    out += entry["message"].get<std::string>().empty() ? entry["path"].get<std::string>()
                                                       : entry["message"].get<std::string>();
    out += '\n';
  }
  return out;
}

std::string list_text(const Plan& plan) { return list_text(describe_list(plan)); }

Json describe_module(const Entry& entry) {
  Json out = {{"id", entry.id},
              {"version", entry.version},
              {"path", entry.path},
              {"state", state_name(entry.state)},
              {"rule", entry.rule},
              {"message", entry.message},
              {"warnings", entry.warnings}};
  const Manifest* manifest = entry.candidate.manifest.get();
  if (!manifest) return out;
  add_manifest(*manifest, out);
  out["enabled"] = enabled_json(entry.enabled);
  out["required"] = entry.required;
  out["preferred"] = entry.preferred;
  out["log_level"] = entry.log_level.empty() ? Json() : Json(entry.log_level);
  out["overlay"] = entry.candidate.overlay ? Json(entry.candidate.overlay_path) : Json();
  out["library"] = library_json(entry.candidate.preflight);
  out["findings"] = findings_json(entry.candidate.preflight);
  out["listeners"] = listeners_json(entry);
  out["config"] = config::masked(manifest->config_schema, entry.config.effective);
  return out;
}

Json check_file(const std::string& given, const Platform& platform) {
  const std::string file = absolute(given);
  const std::string path = manifest_of(file);
  const Candidate candidate = examine({0, path}, "", platform);
  Json out = {{"id", candidate.id},
              {"version", candidate.version},
              {"path", path},
              {"library", candidate.preflight.library}};
  out["findings"] = findings_json(candidate.preflight);
  if (!candidate.manifest) {
    Json findings = file == path ? Json::array() : findings_of_file(file, platform);
    put(findings, *candidate.refusal);
    out["library"] = file == path ? "" : file;
    out["findings"] = std::move(findings);
  }
  if (candidate.manifest && file != path && candidate.preflight.library != file)
    put(out["findings"], {"SL-MAN-004", "its manifest names another library: " + candidate.preflight.library,
                          file, "Name this file under module.targets, or check the other one."});
  // Of what is no rule of the library: its own words, once.
  if (candidate.refusal && worst(out["findings"]) != "fail") put(out["findings"], *candidate.refusal);
  out["verdict"] = worst(out["findings"]);
  out["message"] = candidate.refusal ? sentence(*candidate.refusal, candidate.id, candidate.version) : "";
  return out;
}

Json inspect_file(const std::string& given, const std::string& overlays, const config::Settings& settings,
                  const Platform& platform) {
  PlanInputs inputs;
  inputs.candidates.push_back(examine({0, manifest_of(given)}, overlays, platform));
  inputs.settings = settings;
  inputs.interfaces = platform.interfaces;
  // What it needs of other modules is none of one file's business.
  if (const auto& manifest = inputs.candidates.front().manifest)
    for (const Requirement& need : manifest->requires_)
      inputs.interfaces.push_back({need.iface, need.minor_min});
  return describe_module(make_plan(std::move(inputs)).entries.front());
}

ReadManifest<Manifest> load_manifest_of(const std::string& file) { return load_manifest(manifest_of(file)); }

std::string describe_text(const Json& described) {
  std::string out;
  append_text(described, "", out);
  return out;
}

}  // namespace sluice::modules
