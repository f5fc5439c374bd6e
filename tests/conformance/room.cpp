#include "room.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "abi/host_abi.hpp"
#include "config/settings.hpp"
#include "modules/search.hpp"

namespace sluice::conformance {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

fs::path fresh_folder() {
  std::string name = (fs::temp_directory_path() / "sluice-conformance-XXXXXX").string();
  return ::mkdtemp(name.data());
}

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
  return count;
}

std::jthread every_20ms(std::function<void()> turn) {
  return std::jthread([turn = std::move(turn)](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, 20ms, [&] { return stop.stop_requested(); })) turn();
  });
}

}  // namespace

std::string fixture_folder(const std::string& id) { return std::string(SLUICE_FIXTURES) + "/" + id; }
fs::path entry_fixture(const std::string& fault) {
  return fs::path(SLUICE_FIXTURES) / "entry" / (fault + ".so");
}

std::vector<std::string> thread_names() {
  std::vector<std::string> names;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream comm(task.path() / "comm");
    std::string name;
    if (std::getline(comm, name)) names.push_back(name);
  }
  return names;
}

Footprint footprint() {
  Footprint found{entries("/proc/self/fd"), entries("/proc/self/task"), 0};
  std::ifstream maps("/proc/self/maps");
  std::set<std::string> paths;
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    if (path == std::string::npos) continue;
    const bool module = line.find("sluice-conformance-") != std::string::npos ||
                        line.find(SLUICE_FIXTURES) != std::string::npos;
    if (module) paths.insert(line.substr(path));
  }
  found.mappings_of_modules = paths.size();
  return found;
}

std::ostream& operator<<(std::ostream& out, const Footprint& found) {
  return out << found.descriptors << " descriptors, " << found.threads << " threads, "
             << found.mappings_of_modules << " module libraries";
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

Room::Room(RoomOptions options)
    : runtime(fresh_folder()),
      log({.level = options.log_level, .json = false, .file = (runtime / "log").string()}),
      events(clock),
      auth({}, clock, log),
      platform_(modules::this_platform(abi::host_interfaces())) {
  engine::Options engine_options;
  engine_options.memory_budget = 64u << 20;
  engine = std::make_unique<engine::Engine>(engine_options, clock, events, auth);
  listeners = std::make_unique<net::Listeners>(options.accept, log, metrics);
  services = std::make_unique<services::Services>(
      [this](const std::string& module, const std::string& message) {
        log.warn(message, {{"module", module}});
      },
      abi::host_interfaces());
  const HostServices host{engine.get(), &clock, listeners.get(), &log, &metrics, &events, services.get()};
  supervisor = std::make_unique<modules::Supervisor>(
      host, auth,
      modules::SupervisorOptions{.runtime_folder = runtime,
                                 .platform = platform_,
                                 .deadlines = options.deadlines,
                                 .patience = options.patience,
                                 .cores = 2,
                                 .drain = options.drain,
                                 .replace_drain = options.replace_drain,
                                 .probe = options.probe,
                                 .probe_verdicts = options.probe_verdicts});
  metrics.add_source([this](std::vector<observe::Sample>& out) { supervisor->measure(out); });
  ticker_ = every_20ms([this] {
    engine->tick();
    auth.expire();
  });
  watcher_ = every_20ms([this] { supervisor->watch_lanes(); });
}

Room::~Room() {
  watcher_.request_stop();
  watcher_.join();
  supervisor.reset();
  ticker_.request_stop();
  ticker_.join();
  listeners.reset();
  engine.reset();
  std::error_code ignored;
  fs::remove_all(runtime, ignored);
}

modules::StartReport Room::start(const std::vector<std::string>& folders, const std::string& settings) {
  return supervisor->start(plan(folders, settings));
}

modules::Plan Room::plan(const std::vector<std::string>& folders, const std::string& settings,
                         const modules::Filters& filters) const {
  modules::SearchInputs where;
  where.module_dirs = folders;
  where.drop_in = (runtime / "none").string();
  where.overlays = (runtime / "none").string();
  const auto parsed = config::parse_settings(settings, "test.json");
  if (!parsed) throw std::invalid_argument("the settings of the test are wrong");  // called by threads too
  return modules::plan_modules(where, *parsed, filters, platform_, supervisor->loaded());
}

modules::StopReport Room::stop(std::chrono::milliseconds drain) {
  return supervisor->stop(clock.monotonic() + std::chrono::nanoseconds(drain).count());
}

modules::ModuleStatus Room::status(std::string_view id) const {
  for (auto& status : supervisor->list()) {
    if (status.id == id) return status;
  }
  FAIL("no module " << id << " is listed");
  return {};
}

std::string Room::log_text() const {
  std::ifstream file(runtime / "log");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Room::bound_address(std::string_view module) const {
  for (const auto& listener : listeners->list()) {
    if (listener.owner == module && !listener.addresses.empty()) return listener.addresses.front();
  }
  return {};
}

}  // namespace sluice::conformance
