#include "room.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>

#include "config/settings.hpp"
#include "modules/search.hpp"

namespace sluice::conformance {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string fixture_folder(const std::string& id) { return std::string(SLUICE_FIXTURES) + "/" + id; }
fs::path bad_module(const std::string& id) { return fs::path(SLUICE_BAD_MODULES) / (id + ".so"); }

Footprint footprint() {
  return kit::footprint({"/sluice-conformance-", SLUICE_FIXTURES, SLUICE_BAD_MODULES});
}

bool thread_runs(const std::string& name) {
  const auto names = thread_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool eventually(const std::function<bool()>& condition) { return kit::eventually(condition, 10s); }

Room::Room(RoomOptions options)
    : ScratchFolder("conformance"), kit::Room(ScratchFolder::path(), options.accept, options.log_level) {
  supervisor = std::make_unique<modules::Supervisor>(
      host_services(), auth,
      modules::SupervisorOptions{.runtime_folder = runtime,
                                 .platform = platform(),
                                 .deadlines = options.deadlines,
                                 .patience = options.patience,
                                 .cores = 2,
                                 .drain = options.drain,
                                 .replace_drain = options.replace_drain,
                                 .probe = options.probe,
                                 .probe_verdicts = options.probe_verdicts});
  metrics.add_source([this](std::vector<observe::Sample>& out) { supervisor->measure(out); });
  watcher_ = kit::every_20ms([this] { supervisor->watch_lanes(); });
}

Room::~Room() {
  watcher_.request_stop();
  watcher_.join();
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
  return modules::plan_modules(where, *parsed, filters, platform(), supervisor->loaded());
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

std::uint64_t Room::live_epoch(std::string_view key) const {
  for (const auto& stream : engine->streams()) {
    if (stream["key"] == key && stream["state"] == "live") return stream["epoch"];
  }
  return 0;
}

std::size_t Room::count_events(std::string_view kind) const {
  const auto all = events.recent(0, 10'000);
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& event) { return event.kind == kind; }));
}

}  // namespace sluice::conformance
