// Brings plans to life: starts in order, replaces, drains and stops, and always knows what became of every
// module, those that never ran included.
//
//   plan ----> line (one per module id)
//               current generation            serves
//               the one before, and before    drain, each until its own deadline > stopped > unmapped, or
//               left
//
// Files: supervisor.cpp a line's generations; roster.cpp what others see of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/seat.hpp"
#include "modules/module.hpp"
#include "modules/plan.hpp"

namespace sluice::auth {
class AuthChain;
}
namespace sluice::abi {
class ModuleAuthProvider;
}

namespace sluice::modules {

struct GenerationStatus {
  std::string version;
  LifePicture life;
};

// One line of `sluice modules list`.
struct ModuleStatus {
  std::string id;
  std::string version;
  std::string path;  // of the manifest
  State state = State::found;
  // "SL-ELF-004"; empty when all is well. Of a module that serves: of what was to replace it and could not.
  std::string rule;
  std::string message;  // the whole sentence; empty when all is well
  bool required = false;
  std::vector<std::string> warnings;
  LifePicture life;                       // of the generation that serves, or of the last one tried
  std::vector<GenerationStatus> earlier;  // that drain, or whose code is still mapped; newest first
};

// What users meet of a module that serves.
struct Serving {
  std::string id;
  std::shared_ptr<const Manifest> manifest;
};

struct StartReport {
  bool ok = true;                     // false: a required module does not run
  std::vector<std::string> failures;  // sentences of the modules that do not run though enabled
  std::size_t serving = 0;
};

struct StopReport {
  bool in_time = true;
  // Threads of modules that never came back still run: end with _Exit, not by destroying the host under them.
  std::size_t zombies = 0;
  std::vector<std::string> complaints;
};

struct Readiness {
  bool ready = false;                // every required module serves
  bool degraded = false;             // some enabled module does not serve, or says that it is not well
  std::vector<std::string> reasons;  // "acme.srt: module acme.srt 1.4.0 FAILED SL-RUN-001: ..."
};

struct SupervisorOptions {
  std::filesystem::path runtime_folder;  // exists, 0700
  Platform platform;
  Deadlines deadlines;
  LanePatience patience;
  unsigned cores = 0;                       // 0: those of this machine
  milliseconds drain{30'000};               // of a module that is taken away
  milliseconds replace_drain{10 * 60'000};  // of a generation whose successor serves
  std::size_t most_left = 8;                // generations of one module that may stay mapped
  ProbeOptions probe;
  ProbeVerdicts* probe_verdicts = nullptr;  // outlives the supervisor
};

class Supervisor {
 public:
  Supervisor(const HostServices& host, auth::AuthChain& auth, SupervisorOptions options);
  ~Supervisor();  // stops what still runs, without a drain
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // All below but the lists take turns, from any thread; none waits for a drain.

  // Level by level; a module that fails takes its hard dependents with it (SL-DEP-004), nobody else. When a
  // required module fails the rest is left running: the caller stops.
  StartReport start(Plan plan);

  // A new look at the same folders: starts what is there and does not run, replaces what changed, drains what
  // is gone or disabled. A module whose replacement is refused or fails goes on as it is. What failed is not
  // tried again before it changes, unless it is named in `anew`; that one is replaced though nothing changed.
  void apply(Plan plan, std::string_view anew = {});

  // Drains what `apply` or the operator took away, keeps it away until apply(anew). False: it does not run.
  bool drain(const std::string& id);

  // About 20 times a second while drains are under way: stops those that have ended or are late.
  // False: none is under way.
  bool drain_round();

  // Drains all at once, waits until nothing is left or the deadline (monotonic ns of the host's clock) has
  // passed, then stops in reverse order of start. Nothing starts afterwards.
  StopReport stop(std::int64_t deadline_ns);

  // About once a second, from a thread of the host: asks every module how it is. Skipped while it would have
  // to wait for its turn.
  void health_round();

  // [any] Several times a second, from one thread of the host: whether lanes come round. Waits for nobody.
  void watch_lanes();

  // [any] In the order of the plan; does not wait for a turn under way.
  std::vector<ModuleStatus> list() const;
  Readiness readiness() const;
  std::vector<Serving> serving() const;
  std::vector<Entry> entries() const;  // of the newest plan
  // Libraries of bundles that are in this process already, for the next plan.
  std::vector<LoadedLibrary> loaded() const;
  // What the living generations cost and hold, for a snapshot of the metrics.
  void measure(std::vector<observe::Sample>& out) const;

 private:
  // One generation, and what the host hung on it.
  struct Generation {
    std::shared_ptr<Module> module;
    std::shared_ptr<abi::ModuleAuthProvider> auth;
    std::int64_t drain_deadline = 0;
    std::uint64_t left = 0;  // while draining: sessions, leases and calls of others
  };
  // How the newest try to run the entry as it stands ended.
  struct Ending {
    std::string print;
    State state = State::failed;
    std::string rule, message;
    LifePicture life;
  };
  struct Line {
    std::optional<Generation> current;
    std::string print;  // of the entry that runs
    std::string code;   // the same without its configuration
    config::ModuleConfig config;
    std::vector<Generation> draining;
    std::vector<GenerationStatus> remains;  // ended, still mapped
    std::optional<Ending> ended;
    bool held = false;  // taken away by hand
    std::uint32_t generations = 0;
  };

  void take(Plan plan);
  void bring_up(const std::vector<std::vector<std::size_t>>& levels, std::string_view anew);
  bool start_next(Line& line, const Entry& entry);
  bool reconfigured(Line& line, const Entry& entry);
  void switch_to(Line& line, Generation next, const Entry& entry);
  void put_down(Line& line, std::int64_t patience);
  void begin_drain(Line& line, Generation generation, std::int64_t patience);
  // What is to be complained about.
  std::vector<std::string> finish(Line& line, Generation& generation);
  bool wanted_no_more(const std::string& id, const Line& line) const;
  std::optional<Refusal> refuse_start(const Line& line, const Entry& entry) const;
  std::string missing_provider(const Entry& entry) const;
  void fail(Line& line, const Entry& entry, State state, const std::string& rule, const std::string& message,
            const LifePicture& life);
  void attach_auth(Generation& generation);
  void attach_packagers(Generation& generation);
  void offer_interfaces(Generation& generation);
  void wait_until_caught_up(const Generation& generation) const;
  std::uint64_t left_of(Generation& generation) const;
  void drain_until(std::int64_t deadline_ns);
  void tell_state(const std::string& id, const std::string& version, const LifePicture& life) const;
  void tell_refusals(const Plan& plan);
  std::vector<std::shared_ptr<Module>> living() const;
  ModuleStatus status_of(const Entry& entry) const;
  static ModuleStatus status_without_entry(const std::string& id, const Line& line);
  static void add_generations(const Line& line, ModuleStatus& status);

  const HostServices host_;
  auth::AuthChain& auth_;
  const SupervisorOptions options_;
  std::mutex turn_;
  bool stopped_ = false;  // under turn_

  // Changed under both, so read under either.
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // of the newest plan
  std::map<std::string, Line> lines_;
  std::vector<std::string> order_;  // ids as they were first started
};

}  // namespace sluice::modules
