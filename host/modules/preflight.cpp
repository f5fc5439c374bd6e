#include "modules/preflight.hpp"

#include <algorithm>

#include "modules/library_file.hpp"
#include "modules/library_rules.hpp"
#include "modules/ownership.hpp"

namespace sluice::modules {
namespace {

constexpr std::size_t max_bundled = 64;

void record(Preflight& report, const std::string& rule, Finding finding) {
  finding.rule = rule;
  if (finding.verdict == Verdict::fail && !report.refusal)
    report.refusal = Refusal{rule, finding.finding, report.library, finding.remedy};
  report.findings.push_back(std::move(finding));
}

void record(Preflight& report, const Refusal& refusal) {
  report.findings.push_back({refusal.rule, Verdict::fail, refusal.finding, refusal.remedy});
  if (!report.refusal) report.refusal = refusal;
}

void skip_library_rules(Preflight& report) {
  for (const Rule& rule : library_rules()) report.findings.push_back({rule.name, Verdict::skipped, "", ""});
}

Finding judge_hash(const Target& target, const Digest& actual) {
  if (target.sha256.empty() || target.sha256 == hex(actual)) return pass();
  return failure("sha256 differs: the manifest expects " + target.sha256 + ", the file has " + hex(actual),
                 "Install library and manifest from the same package.");
}

void judge_elf(const Manifest& manifest, const Target& target, Accepted<ElfFile> elf,
               const Platform& platform, Preflight& report) {
  for (const char* rule : {"SL-ELF-001", "SL-ELF-002", "SL-ELF-004"}) {
    const bool refused = !elf && elf.error().rule == rule;
    if (refused) {
      Refusal refusal = elf.error();
      if (refusal.rule == "SL-ELF-004" && !target.sha256.empty())
        refusal.remedy = "Copy it again; the manifest expects sha256 " + target.sha256 + ".";
      record(report, refusal);
    } else {
      record(report, rule, elf ? pass() : Finding{"", Verdict::skipped, "", ""});
    }
  }
  record(report, "SL-SEC-002", judge_hash(target, report.sha256));
  if (!elf) return skip_library_rules(report);
  report.elf = std::move(*elf);
  const Judged judged{manifest, target, *report.elf, platform};
  for (const Rule& rule : library_rules()) {
    // Without a note there is nothing for the rules about it to look at.
    const bool about_note =
        std::string_view(rule.name).starts_with("SL-ABI-") && std::string_view(rule.name) != "SL-ABI-001";
    record(report, rule.name,
           about_note && !report.elf->note ? Finding{"", Verdict::skipped, "", ""} : rule.judge(judged));
  }
}

// Libraries of the bundle that the module's own needs, and those they need.
void read_bundle(const Manifest& manifest, const Platform& platform, Preflight& report) {
  std::vector<std::string> wanted = report.elf ? report.elf->needed : std::vector<std::string>();
  for (std::size_t i = 0; i < wanted.size() && i < max_bundled; ++i) {
    const std::string name = wanted[i];
    const std::string path = manifest.folder + "/" + name;
    if (base_library(name) || name.find('/') != std::string::npos) continue;
    auto file = open_beneath(manifest.folder, name);
    if (!file) {
      if (file.error().finding.find("leads out") != std::string::npos) record(report, file.error());
      continue;  // a system library
    }
    if (auto owned = check_ownership(path, platform.self); !owned) return record(report, owned.error());
    const auto bytes = read_bytes(file->get(), path);
    if (!bytes) return record(report, bytes.error());
    const auto elf = parse_elf(*bytes, path, platform.machine);
    if (!elf) return record(report, elf.error());
    report.bundled.push_back({elf->soname.empty() ? name : elf->soname, path, sha256(*bytes)});
    for (const std::string& next : elf->needed)
      if (std::find(wanted.begin(), wanted.end(), next) == wanted.end()) wanted.push_back(next);
  }
}

Refusal no_target(const Manifest& manifest, const Platform& platform) {
  std::string built_for;
  for (const Target& target : manifest.targets)
    built_for += (built_for.empty() ? "" : ", ") + target.os + " " + target.arch;
  return {"SL-ELF-002", "built for " + built_for + ", this host is " + platform.os + " " + platform.arch,
          manifest.path, "Install the package built for this machine."};
}

}  // namespace

Preflight check_library(const Manifest& manifest, const Target& target, std::span<const std::byte> bytes,
                        const std::string& library, const Platform& platform) {
  Preflight report;
  report.library = library;
  report.size = bytes.size();
  report.sha256 = sha256(bytes);
  judge_elf(manifest, target, parse_elf(bytes, library, platform.machine), platform, report);
  return report;
}

CheckedLibrary preflight_descriptor(const Manifest& manifest, const Target& target, int fd,
                                    const std::string& library, const Platform& platform) {
  CheckedLibrary out;
  auto bytes = read_bytes(fd, library);
  if (!bytes) {
    out.report.library = library;
    record(out.report, bytes.error());
    return out;
  }
  out.report = check_library(manifest, target, *bytes, library, platform);
  out.bytes = std::move(*bytes);
  return out;
}

CheckedLibrary preflight_module(const Manifest& manifest, const Platform& platform) {
  CheckedLibrary out;
  const Target* target = manifest.target(platform.os, platform.arch);
  out.report.library = manifest.folder + "/" + (target ? target->library : manifest.targets.front().library);
  const auto owned_manifest = check_ownership(manifest.path, platform.self);
  if (!owned_manifest) record(out.report, owned_manifest.error());
  if (!target) {
    record(out.report, no_target(manifest, platform));
    return out;
  }
  auto file = open_beneath(manifest.folder, target->library);
  if (!file) {
    record(out.report, file.error());
    return out;
  }
  Preflight before = std::move(out.report);
  record(before, "SL-MAN-004", pass());
  if (owned_manifest) {
    const auto owned_library = check_ownership(before.library, platform.self);
    if (!owned_library) record(before, owned_library.error());
    if (owned_library) record(before, "SL-SEC-001", pass());
  }
  out = preflight_descriptor(manifest, *target, file->get(), before.library, platform);
  out.report.findings.insert(out.report.findings.begin(), before.findings.begin(), before.findings.end());
  if (before.refusal) out.report.refusal = before.refusal;
  read_bundle(manifest, platform, out.report);
  return out;
}

}  // namespace sluice::modules
