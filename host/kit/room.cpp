#include "kit/room.hpp"

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "abi/host_abi.hpp"
#include "kit/misuse.hpp"

namespace sluice::kit {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

ScratchFolder::ScratchFolder(std::string_view word) {
  std::string name = (fs::temp_directory_path() / ("sluice-" + std::string(word) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("no folder can be made in " + fs::temp_directory_path().string() +
                             "; set TMPDIR to one that can be written to");
  }
  path_ = fs::canonical(name);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::jthread every_20ms(std::function<void()> turn) {
  return std::jthread([turn = std::move(turn)](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, 20ms, [&] { return stop.stop_requested(); })) turn();
  });
}

Room::Room(fs::path place, const net::AcceptLimits& accept, observe::Level log_level)
    : folder(std::move(place)),
      log({.level = log_level, .json = false, .file = (folder / "log").string()}),
      events(clock),
      auth({}, clock, log),
      platform_(modules::this_platform(abi::host_interfaces())) {
  engine::Options engine_options;
  engine_options.memory_budget = 64u << 20;
  engine = std::make_unique<engine::Engine>(engine_options, clock, events, auth);
  listeners = std::make_unique<net::Listeners>(accept, log, metrics);
  services = std::make_unique<services::Services>(
      [this](const std::string& module, const std::string& message) {
        log.warn(message, {{"module", module}});
      },
      abi::host_interfaces());
  report = {
      [] {
        return nlohmann::json{
            {"ready", true}, {"stopping", false}, {"degraded", false}, {"reasons", nlohmann::json::array()}};
      },
      [this] { return metrics.snapshot(); }};
  ticker_ = every_20ms([this] {
    engine->tick();
    auth.expire();
  });
}

Room::~Room() {
  ticker_.request_stop();
  ticker_.join();
  listeners.reset();
  engine.reset();
}

HostServices Room::host_services() {
  return {.engine = engine.get(),
          .clock = &clock,
          .listeners = listeners.get(),
          .log = &log,
          .metrics = &metrics,
          .events = &events,
          .services = services.get(),
          .report = &report,
          .check_calls = true,
          .on_misuse = &note_call};
}

std::string Room::log_text() const {
  std::ifstream file(folder / "log");
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

}  // namespace sluice::kit
