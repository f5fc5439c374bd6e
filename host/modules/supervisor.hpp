// Brings a plan to life and back: starts in order, drains in reverse, and always knows what became of every
// module, those that never ran included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "abi/seat.hpp"
#include "modules/module.hpp"
#include "modules/plan.hpp"

namespace sluice::auth {
class AuthChain;
}

namespace sluice::modules {

// One line of `sluice modules list`.
struct ModuleStatus {
  std::string id;
  std::string version;
  std::string path;  // of the manifest
  State state = State::found;
  std::string rule;     // "SL-ELF-004"; empty when all is well
  std::string message;  // the whole sentence; empty when all is well
  bool required = false;
  std::vector<std::string> warnings;
  LifePicture life;  // of modules that were started
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
  std::vector<std::string> reasons;  // "rtmp: module rtmp 1.0 FAILED SL-RUN-001: ..."
};

struct SupervisorOptions {
  std::filesystem::path runtime_folder;  // exists, 0700
  Platform platform;
  Deadlines deadlines;
  unsigned cores = 0;  // 0: those of this machine
};

class Supervisor {
 public:
  Supervisor(const HostServices& host, auth::AuthChain& auth, SupervisorOptions options);
  ~Supervisor();  // stops what still runs, without a drain
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Once. Level by level; a module that fails takes its hard dependents with it (SL-DEP-004), nobody else.
  // When a required module fails the rest is left running: the caller stops.
  StartReport start(Plan plan);

  // Drains all at once, waits until nothing is left or the deadline (monotonic ns of the host's clock) has
  // passed, then stops in reverse order of start.
  StopReport stop(std::int64_t deadline_ns);

  // About once a second, from a thread of the host: asks every module how it is. Skipped during start and
  // stop.
  void health_round();

  // [any] In the order of the plan; does not wait for a start or stop under way.
  std::vector<ModuleStatus> list() const;
  // [any]
  Readiness readiness() const;

 private:
  struct Slot;
  void start_slot(Slot& slot);
  std::string missing_provider(const Slot& slot) const;
  void fail_slot(Slot& slot, const Refusal& why);
  void attach_auth(Slot& slot);
  void detach_auth(Slot& slot);
  void drain_until(std::int64_t deadline_ns);
  void tell_state(const Slot& slot) const;
  ModuleStatus status_of(const Slot& slot) const;

  const HostServices host_;
  auth::AuthChain& auth_;
  const SupervisorOptions options_;
  std::mutex turn_;           // one start, stop or health round at a time
  mutable std::mutex mutex_;  // slots_ and what changes in them
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> started_;  // in order of start; only under turn_
};

}  // namespace sluice::modules
