// A whole host without its command line and its supervisor: what a module meets when it is loaded, to be
// looked at from outside.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "abi/seat.hpp"
#include "auth/auth_chain.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "modules/platform.hpp"
#include "net/listeners.hpp"
#include "observe/events.hpp"
#include "observe/host_report.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "services/services.hpp"

namespace sluice::kit {

// A new private folder below the system's place for temporary ones, removed with this.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::string_view word);  // part of its name; throws when there is no room for one
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A thread of the host that has its turn over and over, until it is asked to stop.
std::jthread every_20ms(std::function<void()> turn);

class Room {
 public:
  // `folder` exists, 0700: modules are staged in it, and the log is its file "log".
  explicit Room(std::filesystem::path folder, const net::AcceptLimits& accept = {},
                observe::Level log_level = observe::Level::debug);
  // All modules were stopped before.
  ~Room();
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  HostServices host_services();
  const modules::Platform& platform() const { return platform_; }
  std::string log_text() const;
  std::string bound_address(std::string_view module) const;  // of its first listener; empty: it has none

  const std::filesystem::path folder;
  engine::SystemClock clock;
  observe::Log log;
  observe::Metrics metrics;
  observe::Events events;
  observe::HostReport report;
  auth::AuthChain auth;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<net::Listeners> listeners;
  std::unique_ptr<services::Services> services;

 private:
  const modules::Platform platform_;
  std::jthread ticker_;
};

}  // namespace sluice::kit
