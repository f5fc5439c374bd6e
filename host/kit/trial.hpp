// One case under way, in a process of its own: the host, the module's lives in it, and what was found wrong.
#pragma once

#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kit/case_result.hpp"
#include "kit/door.hpp"
#include "kit/room.hpp"
#include "kit/subject.hpp"
#include "modules/module.hpp"

namespace sluice::kit {

using std::chrono::milliseconds;

// Why a case ends before its end.
struct CaseEnded : std::exception {
  explicit CaseEnded(CaseResult result) : result(std::move(result)) {}
  const char* what() const noexcept override { return result.finding.c_str(); }
  CaseResult result;
};

[[noreturn]] void fail(std::string rule, std::string finding, std::string remedy);
[[noreturn]] void skip(std::string reason);

struct Pace {
  bool quick = false;
  milliseconds patience{5000};  // for a call of the life table
};

// One generation of the module.
class Life {
 public:
  Life(Room& room, const modules::Entry& entry, std::shared_ptr<Door> door, const Pace& pace,
       std::uint32_t generation, bool standby = false);
  ~Life();  // stopped
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  bool start() { return serves_ = module_.start(); }
  modules::LifePicture picture() const { return module_.picture(); }
  modules::Module& module() { return module_; }
  // Only while it runs.
  Seat& seat() const { return door_->seat(); }
  const Door& door() const { return *door_; }
  std::size_t held(modules::Ledger::Kind kind) const;
  // Addresses of its TCP listeners, as bound.
  std::vector<std::string> addresses() const;

  // Of a generation that stood by: it takes over from the one before.
  void activate();

  // Drains until nothing is left or the time is over. What was left.
  std::uint64_t drain(milliseconds time, bool has_successor = false);
  // Returns at once; `remaining` of the module tells how far it is.
  void begin_drain(milliseconds time, bool has_successor = false);
  void stop(bool late = false);

 private:
  void withdraw();

  Room& room_;
  const std::shared_ptr<Door> door_;
  modules::Module module_;
  bool serves_ = false;  // others may use what it provides
};

class Trial {
 public:
  // `folder` exists, 0700, and is the case's own.
  Trial(Subject subject, std::filesystem::path folder, const Pace& pace);

  const Subject& subject() const { return subject_; }
  const Pace& pace() const { return pace_; }
  Room& room() { return room_; }

  // What is being tried, in words: a crash is reported with it.
  void step(const std::string& what);
  const std::string& step() const { return step_; }

  // A new generation, not started.
  std::unique_ptr<Life> life(HostShape shape = {});
  std::unique_ptr<Life> life(const modules::Entry& entry, HostShape shape = {});
  // A new generation that serves; else the case ends: failed, or skipped where the machine is to blame.
  std::unique_ptr<Life> serve(HostShape shape = {});
  // The same for one that is to replace the generation before: it has started and stands by.
  std::unique_ptr<Life> stand_by();
  // Drains and stops it, and judges its end.
  void retire(Life& life, milliseconds drain = milliseconds(5000));
  // Asks how it is and waits for the answer, as far as the module gives one. Failing to say ends the case.
  modules::HealthPicture health(Life& life);
  // A new generation from start to end, each of its listeners visited once.
  void whole_life();
  // What is to be said about a life that was stopped: unmapped, nothing left behind.
  void judge_end(const modules::LifePicture& picture) const;

  // What nobody asked for: the tables' findings and the log's lines that name a fault. Called when the case
  // is over; its first finding ends it.
  void judge_conduct();
  // The host itself is the odd one: of what judge_conduct looks at only exceptions count.
  void tolerate_trouble() { tolerant_ = true; }
  void warn(std::string rule, std::string finding, std::string remedy);

  // "pass", or the worst that was warned of; `seen` says what was tried.
  CaseResult passed(std::string seen = {}) const;

 private:
  std::unique_ptr<Life> make(const modules::Entry& entry, HostShape shape, bool standby);
  std::unique_ptr<Life> started(std::unique_ptr<Life> life);

  const Subject subject_;
  const std::filesystem::path folder_;
  const Pace pace_;
  Room room_;
  std::string step_;
  std::uint32_t generation_ = 0;
  bool tolerant_ = false;
  std::vector<CaseResult> warnings_;
};

}  // namespace sluice::kit
