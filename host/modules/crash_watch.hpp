// Writes down on whose lane a fatal signal came, and lets it end the process as it would have. The line is
// that of crash_log.
#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <filesystem>

namespace sluice::modules {

// A thread that blocks these cannot be written down: the kernel then ends the process at once.
inline constexpr std::array fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// One per process; the file is there once something was written down. Signals that somebody else handles
// already, as a sanitizer does, are left to it.
class CrashWatch {
 public:
  explicit CrashWatch(std::filesystem::path file);
  ~CrashWatch();
  CrashWatch(const CrashWatch&) = delete;
  CrashWatch& operator=(const CrashWatch&) = delete;

 private:
  std::filesystem::path file_;
};

// A stack of its own for the handler, so that a module that has used up its stack is written down as well.
// Lives on the thread it serves.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  static constexpr std::size_t size = 16 * 1024;
  alignas(16) unsigned char bytes_[size];
};

}  // namespace sluice::modules
