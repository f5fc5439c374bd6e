// The mapped view of an ELF file's bytes: addresses to offsets, strings, records, all bounds-checked.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::modules {

class ElfImage {
 public:
  explicit ElfImage(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }

  // Overflow-safe: offsets and sizes come from the file.
  bool contains(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  template <class Record>
  std::optional<Record> record(std::uint64_t offset) const {
    if (!contains(offset, sizeof(Record))) return std::nullopt;
    Record out;
    std::memcpy(&out, bytes_.data() + offset, sizeof out);
    return out;
  }

  std::span<const std::byte> piece(std::uint64_t offset, std::uint64_t length) const {
    return contains(offset, length) ? bytes_.subspan(offset, length) : std::span<const std::byte>();
  }

  void add_segment(const Elf64_Phdr& segment) { loads_.push_back(segment); }

  // Where an address of the mapped library lies in the file.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Elf64_Phdr& load : loads_)
      if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
        return load.p_offset + (address - load.p_vaddr);
    return std::nullopt;
  }

  void set_strings(std::uint64_t offset, std::uint64_t length) { strings_ = piece(offset, length); }

  // A name of the dynamic string table. Names may overlap in the file, so their sum is bounded here.
  std::optional<std::string> string(std::uint64_t index) {
    if (index >= strings_.size()) return std::nullopt;
    const std::size_t room = std::min<std::size_t>(strings_.size() - index, longest_name + 1);
    const char* first = reinterpret_cast<const char*>(strings_.data() + index);
    const void* end = std::memchr(first, 0, room);
    if (!end) return std::nullopt;
    std::string name(first, static_cast<const char*>(end));
    if (name.size() > name_budget_) return std::nullopt;
    name_budget_ -= name.size();
    return name;
  }

 private:
  static constexpr std::size_t longest_name = 8192;

  std::span<const std::byte> bytes_;
  std::span<const std::byte> strings_;
  std::vector<Elf64_Phdr> loads_;
  std::size_t name_budget_ = 64u * 1024 * 1024;
};

}  // namespace sluice::modules
