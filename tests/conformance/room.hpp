// A whole host without its command line: what a module meets when it is loaded, to be looked at from outside.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/auth_chain.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "modules/supervisor.hpp"
#include "net/listeners.hpp"
#include "observe/events.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "services/services.hpp"

namespace sluice::conformance {

std::string fixture_folder(const std::string& id);
std::filesystem::path entry_fixture(const std::string& fault);

// What this process holds, to compare before and after.
struct Footprint {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t mappings_of_modules = 0;
  bool operator==(const Footprint&) const = default;
};
Footprint footprint();
std::ostream& operator<<(std::ostream& out, const Footprint& found);
std::vector<std::string> thread_names();

// Waits for a condition, ten seconds at most.
bool eventually(const std::function<bool()>& condition);

struct RoomOptions {
  modules::Deadlines deadlines;
  std::chrono::milliseconds drain{30'000};
  std::chrono::milliseconds replace_drain{600'000};
  net::AcceptLimits accept;
  observe::Level log_level = observe::Level::debug;
  modules::ProbeOptions probe = {};
  modules::ProbeVerdicts* probe_verdicts = nullptr;
  modules::LanePatience patience = {};
};

class Room {
 public:
  explicit Room(RoomOptions options = {});
  ~Room();

  // Plans and starts the modules of these folders with this config file text.
  modules::StartReport start(const std::vector<std::string>& folders, const std::string& settings = "{}");
  modules::Plan plan(const std::vector<std::string>& folders, const std::string& settings = "{}",
                     const modules::Filters& filters = {}) const;
  modules::StopReport stop(std::chrono::milliseconds drain = std::chrono::milliseconds(2000));
  modules::ModuleStatus status(std::string_view id) const;
  std::string log_text() const;
  std::string bound_address(std::string_view module) const;  // of its first listener

  const std::filesystem::path runtime;  // a folder of its own, removed at the end
  engine::SystemClock clock;
  observe::Log log;
  observe::Metrics metrics;
  observe::Events events;
  auth::AuthChain auth;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<net::Listeners> listeners;
  std::unique_ptr<services::Services> services;
  std::unique_ptr<modules::Supervisor> supervisor;

 private:
  const modules::Platform platform_;
  std::jthread ticker_;
  std::jthread watcher_;
};

}  // namespace sluice::conformance
