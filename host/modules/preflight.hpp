// Every check of a module's library that needs none of its code to run.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/elf_file.hpp"
#include "modules/manifest.hpp"
#include "modules/platform.hpp"
#include "modules/refusal.hpp"

namespace sluice::modules {

enum class Verdict { pass, warn, fail, skipped };

struct Finding {
  std::string rule;
  Verdict verdict = Verdict::pass;
  std::string finding;
  std::string remedy;
};

// A library of the bundle that the module's own one needs.
struct BundledLibrary {
  std::string soname;
  std::string path;
  Digest sha256{};
};

struct Preflight {
  std::string library;  // its path
  Digest sha256{};
  std::uint64_t size = 0;
  std::optional<ElfFile> elf;     // none when it could not be read
  std::vector<Finding> findings;  // one per rule, in the order they were checked
  std::vector<BundledLibrary> bundled;
  std::optional<Refusal> refusal;  // the first failure

  bool accepted() const { return !refusal; }
};

// All rules on bytes already read (SL-ELF-*, SL-SEC-002, SL-ABI-001..004). `library` is only for the words.
Preflight check_library(const Manifest& manifest, const Target& target, std::span<const std::byte> bytes,
                        const std::string& library, const Platform& platform);

// The bytes of the descriptor, read once, with all checks made on those very bytes: what the loader stages
// and runs.
struct CheckedLibrary {
  Preflight report;
  std::vector<std::byte> bytes;  // empty when they could not be read
};
CheckedLibrary preflight_descriptor(const Manifest& manifest, const Target& target, int fd,
                                    const std::string& library, const Platform& platform);

// From manifest to verdict: ownership of the path, target, descriptor, bytes, bundle. Keeps the bytes for the
// loader.
CheckedLibrary preflight_module(const Manifest& manifest, const Platform& platform);

}  // namespace sluice::modules
