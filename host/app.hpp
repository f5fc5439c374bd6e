// The server: wires the rooms, starts the modules, waits for a signal, takes it all down again.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app_options.hpp"
#include "app_plan.hpp"
#include "control/control_server.hpp"
#include "control/endpoints.hpp"
#include "control/runtime_folder.hpp"
#include "control/stop_signals.hpp"
#include "control/ticker.hpp"
#include "engine/clock.hpp"
#include "modules/crash_watch.hpp"
#include "modules/steward.hpp"
#include "modules/supervisor.hpp"
#include "observe/host_report.hpp"
#include "services/services.hpp"

namespace sluice {

struct RunOptions {
  PlanOptions plan;
  LogChoice log;
  bool dry_run = false;  // print the plan, start nothing
};

class App {
 public:
  // `out` gets the table of URLs, `err` what keeps the server from starting; the log goes where the settings
  // say.
  App(RunOptions options, std::ostream& out, std::ostream& err);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Until it was told to stop. The exit code: 0, or 1 with the reason said. Call with the signals blocked.
  int run();

 private:
  bool read_settings();
  bool make_folders();
  void build_rooms();
  void build_steward(std::vector<std::string> looked_for);
  std::filesystem::path crash_file() const;
  void forget_crashes(const std::string& id);
  modules::Done<modules::Json> reread_settings();
  bool open_control();
  control::Json shown_settings();
  void show_settings(const std::vector<config::ModuleSchema>& schemas);
  void start_housekeeping();
  void log_plan(const modules::Plan& plan);
  std::vector<control::Endpoint> endpoints() const;
  void greet(const modules::StartReport& report);
  int serve(modules::Plan plan);
  int stop(bool failed);

  const RunOptions options_;
  std::ostream& out_;
  std::ostream& err_;
  const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();

  config::Settings settings_;         // as read at start
  config::Settings module_settings_;  // as last read: the modules' part of it counts
  std::vector<modules::Crash>
      crashes_;  // of servers before this one; from the start on under the steward's turn
  std::mutex shown_mutex_;
  control::Json shown_at_start_, shown_;  // by `config show`

  // In the order they are built; taken down in reverse.
  std::unique_ptr<observe::Log> log_;
  std::unique_ptr<control::StopSignals> signals_;
  std::unique_ptr<control::RuntimeFolder> folder_;
  std::unique_ptr<control::RuntimeFolder> staging_;  // only where the first allows no execution
  engine::SystemClock clock_;
  std::unique_ptr<observe::Metrics> metrics_;
  std::unique_ptr<observe::Events> events_;
  observe::HostReport report_;
  std::unique_ptr<auth::AuthChain> auth_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<net::Listeners> listeners_;
  std::unique_ptr<services::Services> services_;
  std::optional<modules::CrashWatch> crash_watch_;
  modules::ProbeVerdicts probe_verdicts_;
  std::unique_ptr<modules::Supervisor> supervisor_;
  std::unique_ptr<modules::Steward> steward_;
  std::atomic<modules::Steward*> steward_for_signals_ = nullptr;
  std::unique_ptr<control::ControlServer> control_;
  std::vector<std::unique_ptr<control::Ticker>> tickers_;
};

}  // namespace sluice
