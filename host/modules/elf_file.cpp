#include "modules/elf_file.hpp"

#include <algorithm>
#include <bit>

#include "modules/elf_image.hpp"
#include "modules/elf_tables.hpp"

namespace sluice::modules {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the reader copies little-endian records as they are");

std::string first_bytes(std::span<const std::byte> bytes) {
  std::string words;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    if (!words.empty()) words += ' ';
    words += hex(std::span(&byte, 1));
  }
  return words;
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& path, std::uint16_t machine)
      : bytes_(bytes), path_(path), machine_(machine), image_(bytes) {}

  Accepted<ElfFile> read() {
    for (auto step : {&Reader::read_identity, &Reader::read_header, &Reader::read_segments,
                      &Reader::read_sections, &Reader::check_length, &Reader::read_dynamic})
      if (Accepted<void> done = (this->*step)(); !done) return done.error();
    return std::move(file_);
  }

 private:
  Refusal not_elf(std::string finding) const {
    return {"SL-ELF-001", std::move(finding), path_,
            "Build it as a shared library with the SDK's module rule."};
  }
  Refusal foreign(std::string finding) const {
    return {"SL-ELF-002", std::move(finding), path_, "Install the library built for this machine."};
  }
  Refusal truncated(const std::string& what, std::uint64_t end) const {
    return {"SL-ELF-004",
            "library is truncated: " + what + " ends at byte " + std::to_string(end) + ", file has " +
                std::to_string(bytes_.size()),
            path_, "Copy it again."};
  }
  Refusal damaged(const std::string& what) const { return not_elf("library is damaged: " + what); }

  Accepted<void> read_identity() {
    constexpr std::string_view magic = ELFMAG;
    const std::size_t compared = std::min<std::size_t>(bytes_.size(), magic.size());
    if (compared && std::memcmp(bytes_.data(), magic.data(), compared) != 0)
      return not_elf("not an ELF file: it begins with " + first_bytes(bytes_));
    const auto identity = [&](std::size_t i) { return std::to_integer<unsigned>(bytes_[i]); };
    if (bytes_.size() > EI_CLASS && identity(EI_CLASS) == ELFCLASS32)
      return foreign("built for a 32-bit machine, this host is " + machine_name(machine_));
    if (bytes_.size() > EI_DATA && identity(EI_DATA) == ELFDATA2MSB)
      return foreign("built for a big-endian machine, this host is " + machine_name(machine_));
    if (bytes_.size() < sizeof(Elf64_Ehdr)) return truncated("the ELF header", sizeof(Elf64_Ehdr));
    if (identity(EI_CLASS) != ELFCLASS64 || identity(EI_DATA) != ELFDATA2LSB)
      return not_elf("not an ELF file of a known class: it begins with " + first_bytes(bytes_));
    return {};
  }

  Accepted<void> read_header() {
    header_ = *image_.record<Elf64_Ehdr>(0);
    file_.machine = header_.e_machine;
    if (header_.e_machine != machine_)
      return foreign("built for " + machine_name(header_.e_machine) + ", this host is " +
                     machine_name(machine_));
    if (header_.e_type == ET_EXEC) return not_elf("an executable, expected a shared library");
    if (header_.e_type == ET_REL) return not_elf("an object file, expected a shared library");
    if (header_.e_type != ET_DYN)
      return not_elf("ELF type " + std::to_string(header_.e_type) + ", expected a shared library (3)");
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) return damaged("program headers of a wrong size");
    return {};
  }

  void reach(const char* what, std::uint64_t offset, std::uint64_t length) {
    const std::uint64_t end = offset + length < offset ? UINT64_MAX : offset + length;
    if (end < furthest_) return;
    furthest_ = end;
    furthest_what_ = what;
  }

  Accepted<void> read_segments() {
    const std::uint64_t table = std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr);
    if (!image_.contains(header_.e_phoff, table)) {
      reach("program header table", header_.e_phoff, table);
      return {};  // check_length has the words; the section table may end further still
    }
    for (unsigned i = 0; i < header_.e_phnum; ++i) {
      const auto segment = *image_.record<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr));
      if (segment.p_type != PT_NULL && segment.p_filesz)
        reach("a segment", segment.p_offset, segment.p_filesz);
      segments_.push_back(segment);
      if (segment.p_type == PT_LOAD) image_.add_segment(segment);
    }
    return {};
  }

  Accepted<void> read_sections() {
    if (header_.e_shoff == 0) return {};
    std::uint64_t count = header_.e_shnum;
    const auto first = image_.record<Elf64_Shdr>(header_.e_shoff);
    if (count == 0 && first) count = first->sh_size;  // more than fit into 16 bits (gABI, section header 0)
    if (header_.e_shentsize != sizeof(Elf64_Shdr) || count > 1'000'000)
      return damaged("section headers of a wrong size");
    reach("section table", header_.e_shoff, count * sizeof(Elf64_Shdr));
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto section = image_.record<Elf64_Shdr>(header_.e_shoff + i * sizeof(Elf64_Shdr));
      if (!section) break;
      if (section->sh_type == SHT_NOBITS || section->sh_type == SHT_NULL) continue;
      reach("a section", section->sh_offset, section->sh_size);
      if (section->sh_type == SHT_DYNSYM) section_symbols_ = section->sh_size / sizeof(Elf64_Sym);
    }
    return {};
  }

  Accepted<void> check_length() {
    if (furthest_ > bytes_.size()) return truncated(furthest_what_, furthest_);
    return {};
  }

  Accepted<void> read_dynamic() {
    const Elf64_Phdr* dynamic = nullptr;
    bool stack_stated = false;
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_DYNAMIC) dynamic = &segment;
      if (segment.p_type == PT_TLS) file_.tls_bytes = segment.p_memsz;
      if (segment.p_type == PT_NOTE)
        read_notes(image_.piece(segment.p_offset, segment.p_filesz), segment.p_align, file_);
      if (segment.p_type != PT_GNU_STACK) continue;
      stack_stated = true;
      file_.executable_stack = segment.p_flags & PF_X;
    }
    // Without the header the loader takes an executable stack for granted on x86-64.
    if (!stack_stated && machine_ == EM_X86_64) file_.executable_stack = true;
    if (!dynamic) return not_elf("an ELF file without a dynamic section, expected a shared library");
    const DynamicTable table = read_dynamic_table(image_.piece(dynamic->p_offset, dynamic->p_filesz));
    if (table.pie) return not_elf("an executable (position independent), expected a shared library");
    if (const std::string defect = read_tables(image_, table, section_symbols_, file_); !defect.empty())
      return damaged(defect);
    return {};
  }

  std::span<const std::byte> bytes_;
  const std::string& path_;
  std::uint16_t machine_;
  ElfImage image_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  std::uint64_t section_symbols_ = 0;
  std::uint64_t furthest_ = 0;
  const char* furthest_what_ = "";
  ElfFile file_;
};

}  // namespace

bool ElfFile::exports_symbol(std::string_view name) const {
  return std::any_of(exports.begin(), exports.end(), [&](const auto& one) { return one.name == name; });
}

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "aarch64";
    case EM_386:
      return "i386";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    case EM_MIPS:
      return "mips";
    default:
      return "machine " + std::to_string(machine);
  }
}

std::uint16_t host_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#else
#error "name this machine's e_machine"
#endif
}

Accepted<ElfFile> parse_elf(std::span<const std::byte> bytes, const std::string& path,
                            std::uint16_t machine) {
  return Reader(bytes, path, machine).read();
}

}  // namespace sluice::modules
