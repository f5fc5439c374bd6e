// The child of a probe: maps one library, asks its entry as the server would, destroys and unmaps it, and
// says how that went. Nothing here is shared with the server; whatever the module does ends with this
// process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "modules/loader.hpp"

namespace sluice::modules {

// How the child ends when its pipe is gone: the module closed it.
inline constexpr int probe_lost_its_pipe = 113;

struct ProbeOrder {
  std::filesystem::path library;
  Expected expected;
  bool unmap = true;               // its manifest promises that it can be
  std::uint64_t memory_limit = 0;  // bytes beyond what the child itself takes; 0: none
  std::string token;               // of this probe, before every line
};

inline constexpr const char* probe_command = "probe-module";
// The command line that carries the order, from argv[0] on.
std::vector<std::string> probe_arguments(const ProbeOrder& order);

// On the pipe run_child gives. Ends the process.
[[noreturn]] void run_probe(const ProbeOrder& order);

}  // namespace sluice::modules
