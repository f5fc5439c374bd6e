// Runs a program as a child that may do anything, and comes back by a deadline: the child has nothing of ours
// open, is the leader of a group of its own, and none of that group outlives the call.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::modules {

inline constexpr int child_pipe = 3;  // the one descriptor beyond 0-2 a child finds open
inline constexpr std::size_t max_child_words = 256 * 1024;

struct ChildPlan {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // from argv[0] on
  std::filesystem::path log;           // emptied; the child's standard output and error
  std::chrono::milliseconds deadline{5000};
};

struct ChildEnd {
  std::string unable;  // it could not be started: why; nothing else is set then
  std::string said;    // on child_pipe; what exceeds max_child_words is dropped
  bool late = false;   // the deadline came first; it was killed
  int signal = 0;      // what ended it, if a signal did
  int exit_code = 0;   // if none did
};

// [any] Signals are at their defaults in the child; standard input is empty.
ChildEnd run_child(const ChildPlan& plan);

}  // namespace sluice::modules
