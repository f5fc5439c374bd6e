// The part of the config that belongs to modules: their schemas joined with the host's, and the JSON text
// each module is given, made of layers and defaults.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/settings.hpp"

namespace sluice::config {

struct ModuleSchema {
  std::string id;
  std::string description;
  Json schema = Json::object();
};

// host_schema() with each module's under modules.ID.config and apps.*.modules.ID: `sluice config schema`.
Json assembled_schema(const std::vector<ModuleSchema>& modules);

// Everything about the file that load_settings could not know: unknown module ids, module configs that
// violate their schemas. `sluice config check`.
Complaints check_modules(const Settings& settings, const std::vector<ModuleSchema>& modules);

// The whole config as it takes effect, defaults filled, secrets masked: `sluice config show`.
Json effective_config(const Settings& settings, const std::vector<ModuleSchema>& modules);

// One source of a module's config, by rising weight: manifest's operator half, overlay, config file.
struct ConfigLayer {
  std::string source;
  Json config = Json::object();
  Origin origin;
};

struct ModuleConfig {
  Json effective;              // without apps
  Json apps = Json::object();  // app name -> effective config in that app, only where it is overridden
  Complaints complaints;

  // What the module's configure() is given: effective, plus the reserved member "apps" when there are any.
  std::string text() const;
};

ModuleConfig compose_module_config(const ModuleSchema& module, const std::vector<ConfigLayer>& layers,
                                   const Settings& settings);

}  // namespace sluice::config
