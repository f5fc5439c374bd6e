#include "app_plan.hpp"

#include "abi/host_abi.hpp"

namespace sluice {

config::CheckedAll<config::Settings> read_settings(const PlanOptions& options) {
  if (options.config_file.empty()) return config::default_settings();
  return config::load_settings(options.config_file);
}

modules::SearchInputs search_for(const PlanOptions& options, const config::Settings& settings) {
  modules::SearchInputs inputs = modules::search_inputs(options.trust_env);
  inputs.module_dirs = options.module_dirs;
  inputs.config_paths = settings.module_paths;
  inputs.safe_mode = options.safe_mode;
  return inputs;
}

modules::Platform host_platform() { return modules::this_platform(abi::host_interfaces()); }

modules::Plan plan_for(const PlanOptions& options, const config::Settings& settings) {
  return modules::plan_modules(search_for(options, settings), settings, options.filters, host_platform());
}

}  // namespace sluice
