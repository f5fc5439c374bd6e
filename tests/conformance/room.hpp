// A whole host without its command line: the kit's room and a supervisor in it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kit/footprint.hpp"
#include "kit/room.hpp"
#include "modules/supervisor.hpp"

namespace sluice::conformance {

using kit::Footprint;
using kit::thread_names;

std::string fixture_folder(const std::string& id);
std::filesystem::path bad_module(const std::string& id);  // the library of one of sdk/examples/bad

// What this process holds, to compare before and after.
Footprint footprint();

// Whether this process has a thread of this name.
bool thread_runs(const std::string& name);

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

class Room : private kit::ScratchFolder, public kit::Room {
 public:
  explicit Room(RoomOptions options = {});
  ~Room();

  // Plans and starts the modules of these folders with this config file text.
  modules::StartReport start(const std::vector<std::string>& folders, const std::string& settings = "{}");
  modules::Plan plan(const std::vector<std::string>& folders, const std::string& settings = "{}",
                     const modules::Filters& filters = {}) const;
  modules::StopReport stop(std::chrono::milliseconds drain = std::chrono::milliseconds(2000));
  modules::ModuleStatus status(std::string_view id) const;
  std::uint64_t live_epoch(std::string_view stream) const;  // 0: it is not live
  std::size_t count_events(std::string_view kind) const;

  const std::filesystem::path& runtime = folder;  // a folder of its own, removed at the end
  std::unique_ptr<modules::Supervisor> supervisor;

 private:
  std::jthread watcher_;
};

}  // namespace sluice::conformance
