// What a process takes from itself before it runs code it does not trust to be sound: memory without end,
// core files, the network, other programs, other processes, files to write. It catches blunders, early and
// with a name; code that means harm needs more than this.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::modules {

struct FenceRules {
  std::uint64_t memory = 0;              // bytes of address space beyond what is in use now; 0: no limit
  std::uint64_t file_bytes = 64 * 1024;  // that may be written to a file already open (the log)
};

// For all threads of this process, for good. Empty: it stands; else why it cannot.
//
//   refused quietly (EACCES, EPERM)   sockets, files to write, make, remove or rename, io_uring;
//                                     signals to others, looking into others
//   SIGSYS, with the call's number    another process, another program, more memory at once than `memory`
std::string raise_fence(const FenceRules& rules);

// What the call behind a SIGSYS was about: "started a process".
std::string forbidden_act(long call);

// Whether so much was taken that the limit explains what went wrong since. Also from a signal handler.
bool memory_exhausted() noexcept;

}  // namespace sluice::modules
