#include <cstdint>
#include <span>

#include "modules/elf_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto input = std::as_bytes(std::span(bytes, size));
  (void)sluice::modules::parse_note(input);
  const auto parsed = sluice::modules::parse_elf(input, "/fuzz/x.so", 62);
  if (!parsed && !parsed.error().rule.starts_with("SL-ELF-00")) __builtin_trap();
  return 0;
}
