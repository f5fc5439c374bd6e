#include "control/commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "config/near_miss.hpp"
#include "engine/engine.hpp"
#include "modules/explain.hpp"
#include "modules/steward.hpp"
#include "observe/events.hpp"
#include "observe/metrics.hpp"
#include "services/services.hpp"

namespace sluice::control {
namespace {

constexpr std::size_t max_events = 1000;

Failure no_stream(const engine::Engine& engine, const std::string& key) {
  std::vector<std::string> keys;
  for (const Json& stream : engine.streams()) keys.push_back(stream.value("key", ""));
  const std::string nearest = config::nearest_name(key, keys);
  return {Errc::not_found,
          "there is no stream " + key + (nearest.empty() ? "" : "; did you mean " + nearest + "?")};
}

bool has_stream(const engine::Engine& engine, const std::string& key) {
  const Json streams = engine.streams();
  return std::any_of(streams.begin(), streams.end(),
                     [&](const Json& stream) { return stream.value("key", "") == key; });
}

Controlled<Json> viewers(const engine::Engine& engine, const Json& request) {
  const std::string key = request.value("stream", "");
  if (!key.empty() && !has_stream(engine, key)) return no_stream(engine, key);
  return engine.viewers(key);
}

Controlled<Json> kick(engine::Engine& engine, const Json& request) {
  const std::string key = request.value("stream", "");
  std::optional<std::uint64_t> viewer;
  if (request.contains("viewer")) viewer = request.at("viewer").get<std::uint64_t>();
  if (key.empty() && !viewer) return Failure(Errc::bad_request, "expected \"stream\", \"viewer\" or both");
  const std::string reason = request.value("reason", "kicked by the operator");
  const std::size_t kicked = engine.kick(key, viewer, reason.substr(0, 200));
  if (kicked == 0) {
    if (!viewer) return no_stream(engine, key);
    return Failure(Errc::not_found, "there is no viewer " + std::to_string(*viewer) +
                                        (key.empty() ? "" : " of stream " + key));
  }
  return Json{{"kicked", kicked}};
}

Json recent_events(const observe::Events& events, const Json& request) {
  const auto after = request.value("after", std::uint64_t{0});
  const auto max = std::min(request.value("max", max_events), max_events);
  Json list = Json::array();
  for (const observe::Event& event : events.recent(after, max)) {
    list.push_back({{"number", event.number},
                    {"wall_ns", event.wall},
                    {"kind", event.kind},
                    {"stream", event.stream},
                    {"module", event.module},
                    {"details", Json::parse(event.details, nullptr, false)}});
  }
  return list;
}

Json status(const Host& host) {
  Json endpoints = Json::array();
  for (const Endpoint& endpoint : host.endpoints()) {
    endpoints.push_back({{"module", endpoint.module}, {"role", endpoint.role}, {"url", endpoint.url}});
  }
  Json facts = health_of(host);
  facts["pid"] = ::getpid();
  facts["endpoints"] = std::move(endpoints);
  return facts;
}

Failure no_module(const modules::Supervisor& supervisor, const std::string& id) {
  std::vector<std::string> ids;
  for (const auto& module : supervisor.list()) ids.push_back(module.id);
  const std::string nearest = config::nearest_name(id, ids);
  return {Errc::not_found,
          "there is no module " + id + (nearest.empty() ? "" : "; did you mean " + nearest + "?")};
}

using ByHand = modules::Done<Json> (modules::Steward::*)(const std::string& id);

void add_module_commands(ControlServer& server, const Host& host) {
  server.on("modules",
            [host](const Json&) -> Controlled<Json> { return modules::list_of(host.supervisor.list()); });
  server.on("modules.graph", [host](const Json&) -> Controlled<Json> {
    Json graph = modules::graph(host.supervisor.entries(), host.supervisor.list(), host.interfaces);
    Json live = host.services.graph();
    for (const char* part : {"leases", "records"}) graph[part] = std::move(live[part]);
    return graph;
  });
  server.on("modules.explain", [host](const Json& request) -> Controlled<Json> {
    const std::string id = request.value("id", "");
    Json found = modules::explain(id, host.supervisor.entries(), host.supervisor.list(), host.interfaces);
    if (found.is_null()) return no_module(host.supervisor, id);
    return found;
  });
  const auto by_hand = [&](const std::string& name, ByHand what) {
    server.on("modules." + name, [host, what](const Json& request) -> Controlled<Json> {
      auto done = (host.steward.*what)(request.value("id", ""));
      if (done.has_error()) return Failure(Errc::failed, done.error().why);
      return *done;
    });
  };
  by_hand("reload", &modules::Steward::reload);
  by_hand("drain", &modules::Steward::drain);
  by_hand("enable", &modules::Steward::enable);
  by_hand("disable", &modules::Steward::disable);
  by_hand("reset", &modules::Steward::reset);
}

}  // namespace

Json health_of(const Host& host) {
  const modules::Readiness readiness = host.supervisor.readiness();
  const auto uptime = std::chrono::steady_clock::now() - host.since;
  return {{"version", host.version},
          {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
          {"ready", readiness.ready && !host.stopping()},
          {"stopping", host.stopping()},
          {"degraded", readiness.degraded},
          {"reasons", readiness.reasons},
          {"totals", host.engine.totals()}};
}

void add_commands(ControlServer& server, const Host& host) {
  using Reply = Controlled<Json>;
  engine::Engine& engine = host.engine;
  server.on("streams", [&engine](const Json&) -> Reply { return engine.streams(); });
  server.on("viewers", [&engine](const Json& request) { return viewers(engine, request); });
  server.on("kick", [&engine](const Json& request) { return kick(engine, request); });
  add_module_commands(server, host);
  server.on("metrics", [host](const Json&) -> Reply { return host.metrics.snapshot(); });
  server.on("config.reload", [host](const Json&) -> Reply {
    auto done = host.steward.reconfigure();
    if (done.has_error()) return Failure(Errc::failed, done.error().why);
    return *done;
  });
  server.on("config", [host](const Json&) -> Reply { return host.config(); });
  server.on("status", [host](const Json&) -> Reply { return status(host); });
  server.on("events", [host](const Json& request) -> Reply { return recent_events(host.events, request); });
}

}  // namespace sluice::control
