#include <cstdint>
#include <string>

#include "modules/manifest.hpp"

// Whatever a manifest's text is, parsing it ends in a manifest or a refusal that names a rule.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto parsed = sluice::modules::parse_manifest(text, "/fuzz/x.json");
  if (!parsed && !parsed.error().refusal.rule.starts_with("SL-MAN-")) __builtin_trap();
  (void)sluice::modules::parse_overlay(text, "/fuzz/o.json");
  return 0;
}
