#include "modules/elf_tables.hpp"

#include <algorithm>

namespace sluice::modules {
namespace {

constexpr std::uint64_t max_version_records = 65'536;

void take_entry(const Elf64_Dyn& entry, DynamicTable& out) {
  const std::uint64_t value = entry.d_un.d_val;
  switch (entry.d_tag) {
    case DT_NEEDED:
      if (out.needed.size() < 1024) out.needed.push_back(value);
      return;
    case DT_SONAME:
      out.soname = value;
      return;
    case DT_RPATH:
    case DT_RUNPATH:
      out.run_path = value;
      return;
    case DT_STRTAB:
      out.strings = value;
      return;
    case DT_STRSZ:
      out.strings_size = value;
      return;
    case DT_SYMTAB:
      out.symbols = value;
      return;
    case DT_HASH:
      out.hash = value;
      return;
    case DT_GNU_HASH:
      out.gnu_hash = value;
      return;
    case DT_TEXTREL:
      out.text_relocations = true;
      return;
    case DT_FLAGS:
      out.text_relocations = out.text_relocations || (value & DF_TEXTREL);
      out.static_tls = out.static_tls || (value & DF_STATIC_TLS);
      return;
    case DT_FLAGS_1:
      out.no_delete = value & DF_1_NODELETE;
      out.pie = value & DF_1_PIE;
      return;
    case DT_VERNEED:
      out.version_needs = value;
      return;
    case DT_VERNEEDNUM:
      out.version_needs_count = value;
      return;
    case DT_VERDEF:
      out.version_definitions = value;
      return;
    case DT_VERDEFNUM:
      out.version_definitions_count = value;
      return;
    default:
      return;
  }
}

class Tables {
 public:
  Tables(ElfImage& image, const DynamicTable& table, ElfFile& out)
      : image_(image), table_(table), out_(out) {}

  std::string read(std::uint64_t section_symbols) {
    out_.text_relocations = table_.text_relocations;
    out_.no_delete = table_.no_delete;
    out_.static_tls = table_.static_tls;
    const auto strings = image_.offset_of(table_.strings);
    if (!strings || !image_.contains(*strings, table_.strings_size))
      return "its string table lies outside the file";
    image_.set_strings(*strings, table_.strings_size);
    if (!read_names()) return "a name of its dynamic section lies outside the string table";
    if (table_.symbols && !read_symbols(section_symbols)) return "its symbol table lies outside the file";
    if (table_.version_needs && !read_version_needs()) return "its version requirements lie outside the file";
    if (table_.version_definitions && !read_version_definitions())
      return "its version definitions lie outside the file";
    return "";
  }

 private:
  bool read_names() {
    for (const std::uint64_t index : table_.needed) {
      const auto name = image_.string(index);
      if (!name) return false;
      out_.needed.push_back(*name);
    }
    auto read_one = [&](std::uint64_t index, std::string& to) {
      if (index == UINT64_MAX) return true;
      const auto name = image_.string(index);
      if (name) to = *name;
      return name.has_value();
    };
    return read_one(table_.soname, out_.soname) && read_one(table_.run_path, out_.run_path);
  }

  // The dynamic section does not say how many symbols there are; the hash tables imply it.
  std::uint64_t count_symbols(std::uint64_t section_symbols) const {
    if (const auto at = image_.offset_of(table_.hash); table_.hash && at)
      if (const auto chains = image_.record<std::uint32_t>(*at + 4)) return *chains;
    if (const auto at = image_.offset_of(table_.gnu_hash); table_.gnu_hash && at)
      return count_by_gnu_hash(*at);
    return section_symbols;
  }

  // nbuckets, first hashed symbol, bloom words, shift | bloom[] | buckets[] | chains[]; the low bit ends a
  // chain.
  std::uint64_t count_by_gnu_hash(std::uint64_t at) const {
    const auto buckets = image_.record<std::uint32_t>(at);
    const auto first = image_.record<std::uint32_t>(at + 4);
    const auto bloom = image_.record<std::uint32_t>(at + 8);
    if (!buckets || !first || !bloom) return 0;
    const std::uint64_t bucket_table = at + 16 + std::uint64_t{*bloom} * 8;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < *buckets; ++i) {
      const auto bucket = image_.record<std::uint32_t>(bucket_table + i * 4);
      if (!bucket) return 0;
      last = std::max<std::uint64_t>(last, *bucket);
    }
    if (last < *first) return *first;
    const std::uint64_t chains = bucket_table + std::uint64_t{*buckets} * 4;
    while (const auto link = image_.record<std::uint32_t>(chains + (last - *first) * 4)) {
      ++last;
      if (*link & 1) return last;
    }
    return 0;
  }

  bool read_symbols(std::uint64_t section_symbols) {
    const auto at = image_.offset_of(table_.symbols);
    if (!at) return false;
    const std::uint64_t count = count_symbols(section_symbols);
    if (count > image_.size() / sizeof(Elf64_Sym)) return false;
    for (std::uint64_t i = 1; i < count; ++i) {  // the first is the null symbol
      const auto symbol = image_.record<Elf64_Sym>(*at + i * sizeof(Elf64_Sym));
      if (!symbol || !take_symbol(*symbol)) return false;
    }
    return true;
  }

  bool take_symbol(const Elf64_Sym& symbol) {
    const unsigned binding = ELF64_ST_BIND(symbol.st_info);
    const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    if (binding == STB_LOCAL) return true;
    const auto name = image_.string(symbol.st_name);
    if (!name) return false;
    if (symbol.st_shndx == SHN_UNDEF) {
      out_.imports.push_back(*name);
    } else if (symbol.st_shndx != SHN_ABS && (visibility == STV_DEFAULT || visibility == STV_PROTECTED)) {
      out_.exports.push_back({*name, binding == STB_GNU_UNIQUE});  // SHN_ABS: the names of version nodes
    }
    return true;
  }

  bool read_version_needs() {
    auto at = image_.offset_of(table_.version_needs);
    std::uint64_t records = 0;
    for (std::uint64_t i = 0; at && i < table_.version_needs_count; ++i) {
      const auto need = image_.record<Elf64_Verneed>(*at);
      const auto library = need ? image_.string(need->vn_file) : std::nullopt;
      if (!library) return false;
      std::uint64_t aux_at = *at + need->vn_aux;
      for (unsigned j = 0; j < need->vn_cnt; ++j) {
        const auto aux = image_.record<Elf64_Vernaux>(aux_at);
        const auto version = aux ? image_.string(aux->vna_name) : std::nullopt;
        if (!version || ++records > max_version_records) return false;
        out_.version_needs.push_back({*library, *version, (aux->vna_flags & VER_FLG_WEAK) != 0});
        if (aux->vna_next == 0) break;
        aux_at += aux->vna_next;
      }
      if (need->vn_next == 0) return true;
      at = *at + need->vn_next;
    }
    return at.has_value();
  }

  bool read_version_definitions() {
    auto at = image_.offset_of(table_.version_definitions);
    for (std::uint64_t i = 0; at && i < std::min(table_.version_definitions_count, max_version_records);
         ++i) {
      const auto definition = image_.record<Elf64_Verdef>(*at);
      const auto aux = definition ? image_.record<Elf64_Verdaux>(*at + definition->vd_aux) : std::nullopt;
      const auto name = aux ? image_.string(aux->vda_name) : std::nullopt;
      if (!name) return false;
      out_.version_definitions.push_back(*name);
      if (definition->vd_next == 0) return true;
      at = *at + definition->vd_next;
    }
    return at.has_value();
  }

  ElfImage& image_;
  const DynamicTable& table_;
  ElfFile& out_;
};

std::uint64_t aligned(std::uint64_t n, std::uint64_t alignment) {
  return (n + alignment - 1) & ~(alignment - 1);
}

void take_note(std::string_view owner, std::uint32_t type, std::span<const std::byte> descriptor,
               ElfFile& out) {
  using namespace std::string_view_literals;
  if (owner == "GNU\0"sv && type == NT_GNU_BUILD_ID && descriptor.size() <= 64)
    out.build_id = hex(descriptor);
  if (owner != "SLUICE\0"sv || type != 1) return;
  if (out.note || !out.note_defect.empty()) {
    out.note.reset();
    out.note_defect = "there is more than one";
    return;
  }
  const auto note = parse_note(descriptor);
  if (note) {
    out.note = *note;
  } else {
    out.note_defect = note.error();
  }
}

}  // namespace

DynamicTable read_dynamic_table(std::span<const std::byte> bytes) {
  DynamicTable out;
  const ElfImage view(bytes);
  for (std::uint64_t at = 0; const auto entry = view.record<Elf64_Dyn>(at); at += sizeof(Elf64_Dyn)) {
    if (entry->d_tag == DT_NULL) break;
    take_entry(*entry, out);
  }
  return out;
}

std::string read_tables(ElfImage& image, const DynamicTable& table, std::uint64_t section_symbols,
                        ElfFile& out) {
  return Tables(image, table, out).read(section_symbols);
}

void read_notes(std::span<const std::byte> bytes, std::uint64_t alignment, ElfFile& out) {
  if (alignment != 8) alignment = 4;  // 8 is GNU's for property notes; everything else pads to 4
  const ElfImage view(bytes);
  for (std::uint64_t at = 0; const auto header = view.record<Elf64_Nhdr>(at);) {
    const std::uint64_t name_at = at + sizeof(Elf64_Nhdr);
    const std::uint64_t descriptor_at = aligned(name_at + header->n_namesz, alignment);
    if (!view.contains(name_at, header->n_namesz) || !view.contains(descriptor_at, header->n_descsz)) return;
    const auto name = view.piece(name_at, header->n_namesz);
    take_note({reinterpret_cast<const char*>(name.data()), name.size()}, header->n_type,
              view.piece(descriptor_at, header->n_descsz), out);
    at = aligned(descriptor_at + header->n_descsz, alignment);
  }
}

}  // namespace sluice::modules
