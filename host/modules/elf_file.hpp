// What an ELF shared object says about itself, read from bytes that are not trusted: every offset is checked,
// every count is bounded by the bytes it needs. Nothing is mapped, nothing runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modules/refusal.hpp"
#include "modules/sha256.hpp"

namespace sluice::modules {

struct SluiceNote {
  std::uint32_t major = 0;
  std::uint32_t minor_built = 0;
  std::uint32_t minor_min = 0;
  Digest manifest_sha256{};
  std::string id;
  std::string version;
};

struct DynamicSymbol {
  std::string name;
  bool unique = false;  // STB_GNU_UNIQUE
};

struct VersionNeed {
  std::string library;
  std::string version;
  bool weak = false;
};

struct ElfFile {
  std::uint16_t machine = 0;
  std::string soname;
  std::vector<std::string> needed;
  std::string run_path;
  bool text_relocations = false;
  bool no_delete = false;
  bool executable_stack = false;
  bool static_tls = false;
  std::uint64_t tls_bytes = 0;
  std::vector<DynamicSymbol> exports;
  std::vector<std::string> imports;  // undefined symbols
  std::vector<VersionNeed> version_needs;
  std::vector<std::string> version_definitions;
  std::string build_id;  // lower-case hex
  std::optional<SluiceNote> note;
  std::string note_defect;  // a note of ours that cannot be read: why

  bool exports_symbol(std::string_view name) const;
};

std::string machine_name(std::uint16_t machine);
std::uint16_t host_machine();

// Refuses with SL-ELF-001, -002, -004. `path` is only for the words.
Accepted<ElfFile> parse_elf(std::span<const std::byte> bytes, const std::string& path,
                            std::uint16_t machine = host_machine());

// The note's descriptor alone (fuzzed on its own). Fails with what is wrong about it.
boost::system::result<SluiceNote, std::string> parse_note(std::span<const std::byte> descriptor);

}  // namespace sluice::modules
