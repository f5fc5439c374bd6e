// What every command that is about modules begins with: the settings, and the plan made of what the folders
// hold.
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "modules/enabled.hpp"
#include "modules/plan.hpp"

namespace sluice {

struct PlanOptions {
  std::string config_file;  // empty: none, all defaults
  std::vector<std::string> module_dirs;
  modules::Filters filters;
  bool safe_mode = false;
  bool trust_env = false;
};

config::CheckedAll<config::Settings> read_settings(const PlanOptions& options);
modules::SearchInputs search_for(const PlanOptions& options, const config::Settings& settings);
modules::Platform host_platform();
modules::Plan plan_for(const PlanOptions& options, const config::Settings& settings,
                       std::vector<modules::LoadedLibrary> loaded = {},
                       std::vector<modules::Crash> crashes = {});

}  // namespace sluice
