// Before a staged library is mapped into the server, a child process maps it, asks its entry, destroys and
// unmaps it. Whatever a module's first code does wrong ends there, with rule SL-ENT-001.
//
//   server                                     child (`sluice probe-module`, a fence around it)
//   staged --- run_child -------------------->  map > entry > check_answer > destroy > unmap
//          <-- steps, then the verdict ------
//   mapped, or refused; either is remembered by the library's hash
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "modules/loader.hpp"
#include "modules/sha256.hpp"
#include "modules/staging.hpp"

namespace sluice::modules {

struct ProbeOptions {
  // The server's own executable: what it maps is then what the server would map. Empty: nothing is probed.
  std::filesystem::path program;
  milliseconds deadline{5000};
  std::uint64_t memory_limit = 256ull << 20;  // bytes beyond what the child takes at its start; 0: none
};

// One staged library.
struct ProbeSubject {
  std::filesystem::path library;
  std::string shown;  // the path refusals name: the operator's file, not our copy of it
  Digest sha256{};    // of the library and of those of its bundle
  Expected expected;
  bool unmap = true;          // its manifest promises that it can be
  std::filesystem::path log;  // where the child's output goes; kept when the module is refused
};
ProbeSubject probe_subject(const Staged& staged, const Manifest& manifest, const Preflight& report);

// What probes have shown, by hash, id and version. [any]
class ProbeVerdicts {
 public:
  static constexpr std::size_t max_remembered = 256;  // the oldest goes first, its log with it

  struct Verdict {
    std::optional<Refusal> refusal;  // none: it was good
  };
  std::optional<Verdict> find(const ProbeSubject& subject) const;
  void remember(const ProbeSubject& subject, const Verdict& verdict);
  // The module may be tried again (`sluice modules reset`).
  void forget(const std::string& id);

 private:
  struct Remembered {
    Verdict verdict;
    std::string id;
    std::filesystem::path log;
  };
  using Key = std::string;
  static Key key(const ProbeSubject& subject);

  mutable std::mutex mutex_;
  std::map<Key, Remembered> remembered_;
  std::deque<Key> by_age_;
};

// Of a module that may be mapped.
struct Probed {
  enum class How {
    passed,
    remembered,  // it had passed before
    off,
    impossible  // no child could be had, so the module is as little known as without a probe: worth a warning
  };
  How how = How::passed;
  std::string why;  // of `impossible`
};

// [any] Waits up to the deadline. Refuses with SL-ENT-001 and with what the loader would refuse, its rules
// and words. `verdicts` may be null: nothing is remembered.
Accepted<Probed> probe(const ProbeOptions& options, ProbeVerdicts* verdicts, const ProbeSubject& subject);

}  // namespace sluice::modules
