#include "config/reload.hpp"

#include <algorithm>
#include <set>

namespace sluice::config {
namespace {

// Along the pointer as far as the schema tells of it: the innermost word counts.
bool is_live(const Json& schema, const Json::json_pointer& place) {
  std::vector<std::string> steps;
  for (auto rest = place; !rest.empty(); rest = rest.parent_pointer())
    steps.insert(steps.begin(), rest.back());
  const Json* node = &schema;
  bool live = node->value("x-reload", "") == "live";
  for (const auto& step : steps) {
    const auto properties = node->find("properties");
    if (properties == node->end() || !properties->contains(step)) break;
    node = &(*properties)[step];
    if (node->contains("x-reload")) live = node->value("x-reload", "") == "live";
  }
  return live;
}

bool all_live(const Json& schema, const Json& before, const Json& after) {
  const Json changes = Json::diff(before, after);
  return std::all_of(changes.begin(), changes.end(), [&](const Json& change) {
    return is_live(schema, Json::json_pointer(change.at("path").get<std::string>()));
  });
}

const Json& of_app(const ModuleConfig& config, const std::string& app) {
  const auto found = config.apps.find(app);
  return found != config.apps.end() ? *found : config.effective;
}

constexpr const char* of_modules[] = {"modules", "module_paths", "trust"};

Json host_part(Json config) {
  for (const char* part : of_modules) config.erase(part);
  if (config.contains("apps")) {
    for (auto& app : config["apps"]) app.erase("modules");
  }
  return config;
}

}  // namespace

bool changes_live(const Json& schema, const ModuleConfig& before, const ModuleConfig& after) {
  if (!all_live(schema, before.effective, after.effective)) return false;
  std::set<std::string> apps;
  for (const auto* config : {&before, &after}) {
    for (const auto& [app, settings] : config->apps.items()) apps.insert(app);
  }
  return std::all_of(apps.begin(), apps.end(), [&](const std::string& app) {
    return all_live(schema, of_app(before, app), of_app(after, app));
  });
}

std::vector<std::string> host_changes(const Json& before, const Json& after) {
  std::vector<std::string> places;
  for (const Json& change : Json::diff(host_part(before), host_part(after)))
    places.push_back(change.at("path"));
  return places;
}

Json in_effect(Json at_start, const Json& anew) {
  for (const char* part : of_modules) {
    at_start.erase(part);
    if (anew.contains(part)) at_start[part] = anew[part];
  }
  if (at_start.contains("apps")) {
    for (auto& app : at_start["apps"]) app.erase("modules");
  }
  const Json apps = anew.value("apps", Json::object());  // outlives the walk over it
  for (const auto& [name, app] : apps.items()) {
    if (app.contains("modules")) at_start["apps"][name]["modules"] = app["modules"];
  }
  return at_start;
}

}  // namespace sluice::config
