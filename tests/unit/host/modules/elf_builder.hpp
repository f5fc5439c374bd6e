// Makes small but true ELF shared libraries, byte by byte, with exactly the property a test is about.
#pragma once

#include <elf.h>

#include <array>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "modules/sha256.hpp"
#include "sluice/abi/note.h"

namespace sluice::modules {

struct ElfSpec {
  struct Symbol {
    std::string name;
    bool defined = true;
    unsigned char binding = STB_GLOBAL;
  };
  struct Version {
    std::string library, version;
    bool weak = false;
  };
  std::uint16_t machine = EM_X86_64;
  std::uint16_t type = ET_DYN;
  std::optional<sluice_note> note;
  std::vector<Symbol> symbols = {{"sluice_entry_v1"}};
  std::vector<std::string> needed = {"libc.so.6"};
  std::vector<Version> versions;
  std::string soname;
  std::optional<bool> executable_stack = false;  // none: no PT_GNU_STACK at all
  bool text_relocations = false, no_delete = false, pie = false, static_tls = false;
  std::uint64_t tls_bytes = 0;
  std::vector<std::uint8_t> build_id = {0xab, 0xcd};
  std::string salt;  // makes other bytes of the same meaning
  std::size_t padding = 12'000;
};

// Header | program headers | contents, mapped one to one at address 0 | section table
class ElfBuilder {
 public:
  explicit ElfBuilder(const ElfSpec& spec) : spec_(spec) {}

  std::vector<std::byte> build() {
    out_.resize(sizeof(Elf64_Ehdr) + max_segments * sizeof(Elf64_Phdr));
    name(spec_.salt);
    write_note();
    write_build_id();
    write_symbols();
    write_versions();
    collect_dynamic();
    write_strings();
    write_dynamic();
    align(8);
    out_.resize(out_.size() + spec_.padding);
    write_sections();
    write_headers();
    return std::move(out_);
  }

 private:
  static constexpr unsigned max_segments = 8;

  template <class Record>
  std::uint64_t put(const Record& record) {
    const std::uint64_t at = out_.size();
    out_.resize(at + sizeof record);
    std::memcpy(out_.data() + at, &record, sizeof record);
    return at;
  }
  void align(std::size_t to) { out_.resize((out_.size() + to - 1) / to * to); }

  std::uint32_t name(const std::string& text) {
    const auto at = static_cast<std::uint32_t>(strings_.size());
    strings_ += text + '\0';
    return at;
  }

  void segment(std::uint32_t type, std::uint32_t flags, std::uint64_t offset, std::uint64_t size,
               std::uint64_t memory = 0) {
    segments_.push_back({type, flags, offset, offset, offset, size, memory ? memory : size, 4});
  }

  void write_note() {
    if (!spec_.note) return;
    align(4);
    const sluice_note_section section{7, sizeof(sluice_note), SLUICE_NOTE_TYPE, SLUICE_NOTE_OWNER,
                                      *spec_.note};
    segment(PT_NOTE, PF_R, put(section), sizeof section);
  }

  void write_build_id() {
    align(4);
    const std::uint64_t at =
        put(Elf64_Nhdr{4, static_cast<std::uint32_t>(spec_.build_id.size()), NT_GNU_BUILD_ID});
    put(std::array<char, 4>{'G', 'N', 'U', 0});
    for (const std::uint8_t byte : spec_.build_id) put(byte);
    align(4);
    segment(PT_NOTE, PF_R, at, out_.size() - at);
  }

  void write_symbols() {
    align(8);
    symbols_ = put(Elf64_Sym{});
    for (const auto& symbol : spec_.symbols) {
      const auto info = static_cast<unsigned char>(ELF64_ST_INFO(symbol.binding, STT_FUNC));
      put(Elf64_Sym{name(symbol.name), info, STV_DEFAULT,
                    static_cast<Elf64_Section>(symbol.defined ? 1 : SHN_UNDEF), 64, 8});
    }
    hash_ = put(std::uint32_t{1});
    put(static_cast<std::uint32_t>(spec_.symbols.size() + 1));
  }

  void write_versions() {
    for (std::size_t i = 0; i < spec_.versions.size(); ++i) {
      const auto& version = spec_.versions[i];
      const bool last = i + 1 == spec_.versions.size();
      align(4);
      const std::uint64_t at = put(Elf64_Verneed{
          1, 1, name(version.library), sizeof(Elf64_Verneed),
          last ? 0u : static_cast<std::uint32_t>(sizeof(Elf64_Verneed) + sizeof(Elf64_Vernaux))});
      if (i == 0) versions_ = at;
      put(Elf64_Vernaux{0, static_cast<Elf64_Half>(version.weak ? VER_FLG_WEAK : 0), 2, name(version.version),
                        0});
    }
  }

  void entry(std::int64_t tag, std::uint64_t value) {
    Elf64_Dyn one{};
    one.d_tag = tag;
    one.d_un.d_val = value;
    dynamic_.push_back(one);
  }

  void collect_dynamic() {
    for (const auto& library : spec_.needed) entry(DT_NEEDED, name(library));
    if (!spec_.soname.empty()) entry(DT_SONAME, name(spec_.soname));
    entry(DT_SYMTAB, symbols_);
    entry(DT_HASH, hash_);
    if (spec_.text_relocations) entry(DT_TEXTREL, 0);
    if (spec_.static_tls) entry(DT_FLAGS, DF_STATIC_TLS);
    if (spec_.no_delete || spec_.pie)
      entry(DT_FLAGS_1, (spec_.no_delete ? DF_1_NODELETE : 0) | (spec_.pie ? DF_1_PIE : 0));
    if (versions_) entry(DT_VERNEED, versions_), entry(DT_VERNEEDNUM, spec_.versions.size());
  }

  void write_strings() {
    entry(DT_STRTAB, out_.size());
    entry(DT_STRSZ, strings_.size());
    for (const char c : strings_) put(c);
  }

  void write_dynamic() {
    align(8);
    const std::uint64_t at = out_.size();
    for (const Elf64_Dyn& one : dynamic_) put(one);
    put(Elf64_Dyn{});
    segment(PT_DYNAMIC, PF_R | PF_W, at, out_.size() - at);
  }

  void write_sections() {
    sections_ = put(Elf64_Shdr{});
    Elf64_Shdr all{};
    all.sh_type = SHT_PROGBITS;
    all.sh_size = sections_;
    put(all);
  }

  void write_headers() {
    segment(PT_LOAD, PF_R | PF_X, 0, out_.size());
    if (spec_.executable_stack)
      segment(PT_GNU_STACK, PF_R | PF_W | (*spec_.executable_stack ? PF_X : 0), 0, 0);
    if (spec_.tls_bytes) segment(PT_TLS, PF_R, 0, 0, spec_.tls_bytes);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = spec_.type;
    header.e_machine = spec_.machine;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(segments_.size());
    header.e_shoff = sections_;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 2;
    std::memcpy(out_.data(), &header, sizeof header);
    std::memcpy(out_.data() + sizeof header, segments_.data(), segments_.size() * sizeof(Elf64_Phdr));
  }

  const ElfSpec& spec_;
  std::vector<std::byte> out_;
  std::string strings_ = std::string(1, '\0');
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Dyn> dynamic_;
  std::uint64_t symbols_ = 0, hash_ = 0, versions_ = 0, sections_ = 0;
};

inline std::vector<std::byte> build_elf(const ElfSpec& spec) { return ElfBuilder(spec).build(); }

inline sluice_note note_for(const std::string& id, const std::string& version, const Digest& canonical) {
  sluice_note note{};
  note.struct_size = sizeof note;
  note.major = 1;
  std::memcpy(note.manifest_sha256, canonical.data(), canonical.size());
  id.copy(note.id, sizeof note.id - 1);
  version.copy(note.version, sizeof note.version - 1);
  return note;
}

}  // namespace sluice::modules
