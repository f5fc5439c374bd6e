// The rules a library is judged by, one function each: nothing wrong, a warning, or a failure.
#pragma once

#include <optional>
#include <string>

#include "modules/preflight.hpp"

namespace sluice::modules {

struct Judged {  // what a rule looks at
  const Manifest& manifest;
  const Target& target;
  const ElfFile& elf;
  const Platform& platform;
};

struct Rule {
  const char* name;
  Finding (*judge)(const Judged&);
};

// In the order in which they decide: what makes a file dangerous to map, whether it is ours at all, whether
// it fits.
std::span<const Rule> library_rules();

Finding pass();
Finding failure(std::string finding, std::string remedy);
Finding warning(std::string finding, std::string remedy);

// Names and versions of foreign origin, made fit for a terminal and a log.
std::string printable(const std::string& text);

// Whether the base allow-list or the manifest's needs_libs covers a DT_NEEDED entry.
bool allowed_library(const std::string& needed, const Manifest& manifest);
bool base_library(const std::string& needed);

}  // namespace sluice::modules
