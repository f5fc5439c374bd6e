// One generation of a loaded module: its state with the one reason for it, its seat, its threads.
//
//   preflighted > staged > mapped > negotiated > configured > started > serving > draining > stopped >
//   retired
//        |          |        |          |            |           |        | unmapped
//        +-> refused (SL-SEC SL-LNK SL-ENT SL-ABI) <-+           +--------+-> failed (SL-RUN)          parked
//                                        failed (SL-CFG) <-+                                           zombie
#pragma once

#include <sluice/abi/module.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "abi/seat.hpp"
#include "modules/accounting.hpp"
#include "modules/control_call.hpp"
#include "modules/lane_watch.hpp"
#include "modules/loader.hpp"
#include "modules/plan.hpp"
#include "modules/probe.hpp"

namespace sluice::modules {

// What became of the code of a generation that ended.
enum class Remains {
  none,    // it was never mapped
  in_use,  // it runs
  unmapped,
  parked,  // mapped, unreachable: the author does not promise that it can be unmapped, or something holds it
  zombie   // a thread is still in it
};
std::string_view remains_name(Remains remains);

struct Deadlines {
  milliseconds load{5000};
  milliseconds configure{5000};
  milliseconds start{5000};
  milliseconds stop{5000};
  milliseconds destroy{5000};
};

struct ModuleOrder {
  Entry entry;
  Platform platform;
  std::uint32_t generation = 1;
  bool standby = false;  // an earlier generation serves until activate()
  std::filesystem::path runtime_folder;
  Deadlines deadlines;
  LanePatience patience;
  unsigned cores = 1;
  HostServices host;
  ProbeOptions probe;                       // of new files; by default none is probed
  ProbeVerdicts* probe_verdicts = nullptr;  // outlives the module
  // What the module finds the host's interfaces through; empty: the host's own (abi::host_for).
  std::function<std::shared_ptr<sluice_host>(Seat& seat)> door = {};
};

struct HealthPicture {
  bool degraded = false;
  std::string reason;
};

using HeldCounts = std::array<std::size_t, Ledger::kind_count>;

struct LifePicture {
  State state = State::preflighted;
  std::string rule;     // of why it ended; empty when all is well
  std::string message;  // the whole sentence
  Remains remains = Remains::none;
  std::uint32_t generation = 0;  // 0: it never came to a start
  std::size_t threads = 0;
  HeldCounts holds{};
  HeldCounts leaked{};              // what it had not given back at its end, taken back by the host
  std::uint64_t sessions_left = 0;  // while draining
  HealthPicture health;
  Account account;  // of one that ended: what it had at its end
};

// "2 timers", "1 connection".
std::string counted(std::uint64_t count, std::string_view noun);
// "2 timers, 1 connection"; empty when there is nothing.
std::string held_text(const HeldCounts& counts);

// What became of one call of the life table.
struct LifeAnswer {
  Called called = Called::gone;
  sluice_status status = SLUICE_STATUS_INTERNAL;
  std::string text;  // the module's own words, else the status; or that it threw or did not come back
};
// On [control].
using LifeMethod = std::function<sluice_status(const Negotiated& module, sluice_err* err)>;

// For the questions that are asked while it runs.
inline constexpr milliseconds patience_between{1000};

// Files: module.cpp its way up and down; module_talk.cpp what is asked of it in between, and its picture.
class Module {
 public:
  explicit Module(ModuleOrder order);
  ~Module();  // stopped before
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // One of these seven at a time, from any thread that is not the module's; each waits up to its deadlines.
  // False: it ended, everything it held was taken back, picture() says why.
  bool start();
  // After a start standing by: connections and its own streams come to it, no longer to earlier generations.
  void activate();
  // While it serves. All or nothing: on failure it goes on as it was. SL-CFG-001 its configuration is not to
  // its taste; SL-RUN-002 it did not come back; no rule: it takes none while it runs.
  Accepted<void> reconfigure(const config::ModuleConfig& config);
  // No new connections; with a successor, those that are open may still begin to publish and play.
  void begin_drain(std::int64_t deadline_ns, bool has_successor = false);
  std::uint64_t remaining();  // 0: drained
  // From any state. `late`: the drain deadline passed with sessions left (SL-RUN-004). Again: nothing
  // happens.
  void stop(bool late = false);
  // While it runs, any time.
  void set_log_level(const std::string& level);
  // Asks lanes and module how they are, without waiting; the answer is in a later picture().
  void ask_health();
  // Several times a second, from one thread of the host: whether its lanes come round. Waits for nobody.
  void watch_lanes();

  // [any]
  LifePicture picture() const;
  const Entry& entry() const { return order_.entry; }
  const std::string& id() const { return order_.entry.id; }

  // An interface it provides, while it serves. Waits up to a second. `table` is valid until stop().
  Accepted<sluice_interface> query(const std::string& iface, std::uint32_t minor_min);
  engine::Lane& control_lane() const;
  Seat& seat() const;  // until stop()
  // `thing` outlives the last call into or out of the module's code.
  void keep_alive(std::shared_ptr<void> thing);

 private:
  struct Running;
  LifeAnswer call(const std::string& method, milliseconds patience, LifeMethod work) const;
  Accepted<void> load();
  Accepted<void> open_lanes();
  Accepted<void> configure();
  Accepted<void> run_start();
  bool give_up(State state, const Refusal& why);
  void stop_calls();
  void end_packagings();
  void end_lanes();
  void destroy();
  void settle_ledger();
  void close_account();
  void retire();
  void become_zombie(const std::string& where);
  void enter(State state);
  void hold(std::shared_ptr<Running> running);
  void set_reason(const char* word, const Refusal& why);
  unsigned thread_count() const;
  static std::string text_of(const config::ModuleConfig& config);
  void log_problem(const std::string& message) const;

  const ModuleOrder order_;
  mutable std::mutex mutex_;
  // Shared with its threads: what a stuck one may still touch. Changed under mutex_, by hold() alone.
  std::shared_ptr<Running> running_;
  LifePicture picture_;  // under mutex_
};

}  // namespace sluice::modules
