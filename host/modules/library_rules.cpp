#include "modules/library_rules.hpp"

#include <algorithm>
#include <array>

#include "modules/interface_id.hpp"

namespace sluice::modules {
namespace {

constexpr std::string_view entry_prefix = "sluice_entry_v";

std::string entry_symbol(const Platform& platform) {
  return std::string(entry_prefix) + std::to_string(platform.abi_major);
}

Finding executable_stack(const Judged& it) {
  if (it.elf.executable_stack)
    return failure("needs an executable stack, which would make the host's own stack executable",
                   "Link with -Wl,-z,noexecstack; assembler files need a .note.GNU-stack section.");
  if (it.elf.text_relocations)
    return failure("has text relocations (TEXTREL): its code would be made writable",
                   "Compile everything in it with -fPIC and link with -Wl,-z,text.");
  return pass();
}

std::string sanitizer_of(const ElfFile& elf) {
  for (const std::string& library : elf.needed)
    for (const char* name :
         {"libasan", "libtsan", "libubsan", "liblsan", "libmsan", "libhwasan", "libclang_rt."})
      if (library.starts_with(name)) return printable(library);
  for (const std::string& symbol : elf.imports)
    for (const char* prefix : {"__asan_", "__tsan_", "__ubsan_", "__lsan_", "__msan_", "__hwasan_"})
      if (symbol.starts_with(prefix)) return printable(symbol);
  return "";
}

Finding sanitizer(const Judged& it) {
  const std::string sign = sanitizer_of(it.elf);
  if (it.platform.sanitized || sign.empty()) return pass();
  return failure("built with a sanitizer (it needs " + sign + "), this host is not",
                 "Rebuild without -fsanitize.");
}

Finding static_tls(const Judged& it) {
  if (!it.elf.static_tls || it.elf.tls_bytes <= it.platform.static_tls_budget) return pass();
  return failure("wants " + std::to_string(it.elf.tls_bytes) +
                     " bytes of static thread-local storage, the budget of a module is " +
                     std::to_string(it.platform.static_tls_budget),
                 "Compile with -ftls-model=global-dynamic.");
}

Finding ours_at_all(const Judged& it) {
  if (it.elf.note) return pass();
  const std::string why = it.elf.note_defect.empty()
                              ? "it has no SLUICE note"
                              : "its SLUICE note cannot be read: " + it.elf.note_defect;
  return failure("not one of our modules: " + why,
                 "Build it with the SDK's module rule, which writes the note.");
}

Finding core_major(const Judged& it) {
  const std::uint32_t host = it.platform.abi_major;
  for (const std::uint32_t major : {it.elf.note->major, it.manifest.abi.major})
    if (major != host)
      return failure("built for ABI " + std::to_string(major) + ", this host serves " + std::to_string(host),
                     major > host ? "Update the host, or install a build of the module for ABI " +
                                        std::to_string(host) + "."
                                  : "Install a build of the module for ABI " + std::to_string(host) + ".");
  for (const Requirement& need : it.manifest.requires_) {
    if (need.optional) continue;
    std::string served;
    for (const HostInterface& own : it.platform.interfaces) {
      if (own.iface == need.iface) served.clear();
      if (own.iface == need.iface) break;
      if (interface_name(own.iface) == interface_name(need.iface)) served = own.iface;
    }
    if (!served.empty())
      return failure("built for " + need.iface + ", this host serves " + served,
                     "Install a build of the module for this host, or update the host.");
  }
  return pass();
}

Finding core_minor(const Judged& it) {
  const std::uint32_t needed = std::max(it.elf.note->minor_min, it.manifest.abi.minor_min);
  if (needed <= it.platform.abi_minor) return pass();
  return failure("module needs ABI minor " + std::to_string(needed) + " or newer, this host serves " +
                     std::to_string(it.platform.abi_major) + "." + std::to_string(it.platform.abi_minor),
                 "Update the host.");
}

Finding same_as_manifest(const Judged& it) {
  const SluiceNote& note = *it.elf.note;
  const Manifest& manifest = it.manifest;
  auto differ = [](const std::string& what, const std::string& noted, const std::string& stated) {
    return failure(
        "library and manifest disagree about the " + what + ": the library says " + printable(noted) +
            ", the manifest " + stated,
        "Install library and manifest from the same package; after editing the manifest, build again.");
  };
  if (note.id != manifest.id) return differ("id", note.id, manifest.id);
  if (note.version != manifest.version) return differ("version", note.version, manifest.version);
  for (auto [what, noted, stated] :
       {std::tuple{"lowest ABI minor", note.minor_min, manifest.abi.minor_min},
        std::tuple{"built ABI minor", note.minor_built, manifest.abi.minor_built}})
    if (noted != stated) return differ(what, std::to_string(noted), std::to_string(stated));
  if (!it.target.build_id.empty() && it.elf.build_id != it.target.build_id)
    return differ("build id", it.elf.build_id, it.target.build_id);
  if (note.manifest_sha256 != manifest.canonical)
    return differ("`module` part (its sha256)", hex(note.manifest_sha256), hex(manifest.canonical));
  return pass();
}

// The first ten names; a thousand would bury the message.
std::string some(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) words += (i ? ", " : "") + printable(names[i]);
  return names.size() > 10 ? words + ", …" : words;
}

Finding exports(const Judged& it) {
  std::vector<std::string> surplus, unique;
  for (const DynamicSymbol& symbol : it.elf.exports) {
    if (symbol.unique) unique.push_back(symbol.name);
    if (!symbol.name.starts_with(entry_prefix)) surplus.push_back(symbol.name);
  }
  std::string finding;
  if (it.elf.no_delete) finding = "is linked NODELETE and can never be unmapped";
  if (!unique.empty())
    finding = "has " + std::to_string(unique.size()) +
              " GNU_UNIQUE symbols, which pin it in memory: " + some(unique);
  if (finding.empty() && !surplus.empty())
    finding = "exports " + std::to_string(surplus.size()) + " symbols beside its entry: " + some(surplus);
  if (finding.empty()) return pass();
  const std::string remedy = it.elf.no_delete
                                 ? "Link without -z nodelete."
                                 : "Link with the SDK's module rule (version script: only the entry).";
  if (it.manifest.unload == Unload::park) return warning(finding, remedy);
  return failure(finding + "; the manifest promises `unload: clean`", remedy + " Or state `unload: park`.");
}

Finding needed_libraries(const Judged& it) {
  // They replace the allocator or watch the process: nothing a guest may bring in.
  constexpr std::array<std::string_view, 6> denied = {"libjemalloc", "libtcmalloc", "libmimalloc",
                                                      "libefence",   "libSegFault", "libc_malloc_debug"};
  for (const std::string& library : it.elf.needed) {
    const bool banned =
        std::any_of(denied.begin(), denied.end(), [&](auto d) { return library.starts_with(d); });
    if (banned || library.find('/') != std::string::npos)
      return failure("needs " + printable(library) + ", which no module may load", "Link without it.");
    if (!allowed_library(library, it.manifest))
      return failure("needs " + printable(library) +
                         ", which is neither a base library nor in the manifest's needs_libs",
                     "Link it in statically, or the author lists it in module.needs_libs.");
  }
  return pass();
}

std::string newest(const std::set<std::string>& versions, std::string_view family) {
  std::string best;
  for (const std::string& version : versions)
    if (version.starts_with(family) &&
        (best.empty() || compare_versions(version.substr(family.size()), best.substr(family.size())) > 0))
      best = version;
  return best;
}

Finding symbol_versions(const Judged& it) {
  const std::string remedy = "Build the module on a system as old as this one, or update this system.";
  if (!it.target.libc_min.empty() && compare_versions(it.target.libc_min, it.platform.libc) > 0)
    return failure("needs libc " + it.target.libc_min + ", this host has " + it.platform.libc, remedy);
  for (const VersionNeed& need : it.elf.version_needs) {
    const auto defined = it.platform.defined_versions.find(need.library);
    if (need.weak || defined == it.platform.defined_versions.end() || defined->second.contains(need.version))
      continue;
    const std::string family = need.version.substr(0, need.version.find('_') + 1);
    return failure("needs " + printable(need.version) + " of " + printable(need.library) +
                       ", this host has " + newest(defined->second, family),
                   remedy);
  }
  return pass();
}

Finding entry(const Judged& it) {
  if (it.elf.exports_symbol(entry_symbol(it.platform))) return pass();
  return failure("does not export " + entry_symbol(it.platform),
                 "Build it with the SDK's module rule and export macro.");
}

constexpr Rule rules[] = {
    {"SL-ELF-005", executable_stack}, {"SL-ELF-006", sanitizer},  {"SL-ELF-007", static_tls},
    {"SL-ABI-001", ours_at_all},      {"SL-ABI-002", core_major}, {"SL-ABI-003", core_minor},
    {"SL-ABI-004", same_as_manifest}, {"SL-ELF-008", exports},    {"SL-ELF-009", needed_libraries},
    {"SL-ELF-011", symbol_versions},  {"SL-ENT-001", entry},
};

}  // namespace

std::span<const Rule> library_rules() { return rules; }

Finding pass() { return {}; }

Finding failure(std::string finding, std::string remedy) {
  return {"", Verdict::fail, std::move(finding), std::move(remedy)};
}

Finding warning(std::string finding, std::string remedy) {
  return {"", Verdict::warn, std::move(finding), std::move(remedy)};
}

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 200)) out += c >= 0x20 && c < 0x7F ? c : '?';
  return out;
}

bool base_library(const std::string& needed) {
  constexpr std::array<std::string_view, 12> base = {
      "libc.so.6",      "libm.so.6",      "libpthread.so.0",      "libdl.so.2",
      "librt.so.1",     "libstdc++.so.6", "libgcc_s.so.1",        "libc++.so.1",
      "libc++abi.so.1", "libunwind.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"};
  return std::find(base.begin(), base.end(), needed) != base.end();
}

bool allowed_library(const std::string& needed, const Manifest& manifest) {
  if (base_library(needed)) return true;
  // "libssl.so" in the manifest stands for every version of it.
  return std::any_of(manifest.needs_libs.begin(), manifest.needs_libs.end(), [&](const std::string& stated) {
    return needed == stated || needed.starts_with(stated + ".");
  });
}

}  // namespace sluice::modules
