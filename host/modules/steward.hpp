// Keeps what runs in step with what lies in the module folders and with what the operator asks for.
//
//   folders --change at rest--> look: plan > supervisor.apply
//   control socket --reload, drain, enable, disable, reset--> the same, with a wish more
#pragma once

#include <atomic>
#include <boost/system/result.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "modules/folder_watch.hpp"
#include "modules/plan.hpp"
#include "modules/supervisor.hpp"

namespace sluice::modules {

// Constructors, because a JSON value would turn itself into an aggregate's or a string's place.
struct NotDone {
  NotDone() = default;
  NotDone(std::string module, std::string sentence) : id(std::move(module)), why(std::move(sentence)) {}
  std::string id;
  std::string why;
};

template <class T>
using Done = boost::system::result<T, NotDone>;

class Steward {
 public:
  // A fresh look at the folders: what should run now. `wishes`: of the operator, by module id.
  using Planner = std::function<Plan(const std::map<std::string, bool>& wishes)>;

  struct Hooks {
    Planner plan;
    // Reads the config file again for the planner: what of it needs a restart, or why nothing was taken.
    std::function<Done<Json>()> reread = {};
    // What earlier servers remember against a module counts no more for the planner. May be empty.
    std::function<void(const std::string& id)> forget = {};
  };

  // Starts to watch the folders that `first`, the plan the supervisor was started with, had looked for.
  // Supervisor and log outlive it.
  Steward(Supervisor& supervisor, Hooks hooks, std::vector<std::string> first, observe::Log& log);
  ~Steward();  // ends its thread; what drains then drains no further
  Steward(const Steward&) = delete;
  Steward& operator=(const Steward&) = delete;

  // ---- By hand; [any], each may take seconds, none waits for a drain ----
  // A new generation though nothing may have changed. Done once it serves: {id, version, generation}.
  Done<Json> reload(const std::string& id);
  // Runs down and stays away until reload or enable: {id, state, sessions}.
  Done<Json> drain(const std::string& id);
  Done<Json> enable(const std::string& id);   // as reload, unless it serves already
  Done<Json> disable(const std::string& id);  // as drain
  // The config file anew, all or nothing: modules whose part changed take it while they run or are replaced.
  Done<Json> reconfigure();
  void reconfigure_soon();  // the same, later, told in the log alone
  // Tries again what had failed.
  Done<Json> reset(const std::string& id);

 private:
  void look(const std::string& anew);  // under mutex_
  Done<Json> bring(const std::string& id, bool anew);
  Done<Json> going(const std::string& id) const;
  Done<ModuleStatus> status(const std::string& id) const;
  NotDone unknown(const std::string& id) const;
  void run();
  void tell_reread();
  void wake() const;

  Supervisor& supervisor_;
  const Hooks hooks_;
  observe::Log& log_;

  std::mutex mutex_;  // one look at a time; wishes_ and looked_for_
  std::map<std::string, bool> wishes_;
  std::vector<std::string> looked_for_;

  FolderWatch watch_;  // the thread's
  int wakeup_;
  std::atomic<bool> ending_{false};
  std::atomic<bool> reread_wanted_{false};
  std::thread thread_;
};

}  // namespace sluice::modules
