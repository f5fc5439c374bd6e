// What the child of a probe tells its parent: lines on a pipe, each behind a token of that one probe, so that
// nothing a module writes by accident is taken for a verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/refusal.hpp"

namespace sluice::modules {

// How far the child has come with the module: what happens next is that step's doing.
enum class ProbeStep : std::uint8_t { initialisers, entry, destroy, unmapping };

// The child's side.
class ProbeReporter {
 public:
  ProbeReporter(int fd, std::string token) : fd_(fd), token_(std::move(token)) {}

  // False: the parent cannot be reached any more. These three also from a signal handler.
  bool step(ProbeStep step) const noexcept;
  bool forbidden(long call) const noexcept;  // a system call the fence does not let through
  bool exhausted() const noexcept;           // what went wrong came of the memory limit

  bool impossible(const std::string& why) const;  // nothing of the module has run, nor will
  bool verdict(const std::optional<Refusal>& refusal) const;

 private:
  bool say(std::string_view word, std::string_view rest) const noexcept;
  int fd_;
  std::string token_;
};

// The parent's side: what it heard.
struct ProbeReport {
  std::optional<ProbeStep> step;  // none: the child never came to the module
  std::optional<long> forbidden;
  bool exhausted = false;
  bool judged = false;
  std::optional<Refusal> refusal;  // when judged; none: the module is good
  std::string impossible;          // why it could not be tried
};

// Lines without the token, and those nobody understands, are passed over.
ProbeReport read_probe_report(std::string_view said, std::string_view token);

}  // namespace sluice::modules
