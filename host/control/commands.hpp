// What the control socket can be asked: each command a view of, or a lever on, the running host.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "control/control_server.hpp"
#include "control/endpoints.hpp"

namespace sluice::engine {
class Engine;
}
namespace sluice::modules {
class Steward;
class Supervisor;
struct HostInterface;
}  // namespace sluice::modules
namespace sluice::services {
class Services;
}
namespace sluice::observe {
class Events;
class Metrics;
}  // namespace sluice::observe

namespace sluice::control {

// All of it outlives the control server.
struct Host {
  engine::Engine& engine;
  modules::Supervisor& supervisor;
  modules::Steward& steward;
  services::Services& services;
  std::vector<modules::HostInterface> interfaces;  // what the host provides
  observe::Metrics& metrics;
  observe::Events& events;
  std::string version;
  std::function<Json()> config;  // effective, secrets masked
  std::chrono::steady_clock::time_point since;
  std::function<std::vector<Endpoint>()> endpoints;
  std::function<bool()> stopping;
};

// What sluice.report/1 tells of health, and status begins with.
Json health_of(const Host& host);

// streams, viewers {stream}, kick {stream, viewer, reason}, modules, modules.graph, modules.explain {id},
// modules.reload | drain | enable | disable | reset {id}, metrics, config, config.reload, status, events
// {after, max}.
void add_commands(ControlServer& server, const Host& host);

}  // namespace sluice::control
