// The tables behind an ELF file's dynamic section: names, symbols, versions; and its notes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "modules/elf_file.hpp"
#include "modules/elf_image.hpp"

namespace sluice::modules {

struct DynamicTable {
  std::uint64_t strings = 0, strings_size = 0, symbols = 0, hash = 0, gnu_hash = 0;
  std::uint64_t version_needs = 0, version_needs_count = 0, version_definitions = 0,
                version_definitions_count = 0;
  std::vector<std::uint64_t> needed;
  std::uint64_t soname = UINT64_MAX, run_path = UINT64_MAX;
  bool pie = false, text_relocations = false, no_delete = false, static_tls = false;
};

DynamicTable read_dynamic_table(std::span<const std::byte> bytes);

// Fills in what the tables say; returns what is wrong with them, empty when nothing is.
std::string read_tables(ElfImage& image, const DynamicTable& table, std::uint64_t section_symbols,
                        ElfFile& out);

// Notes of one segment: build id and ours.
void read_notes(std::span<const std::byte> bytes, std::uint64_t alignment, ElfFile& out);

}  // namespace sluice::modules
