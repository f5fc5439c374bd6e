#include "app_plan.hpp"

#include <filesystem>
#include <utility>

#include "abi/host_abi.hpp"

namespace sluice {

config::CheckedAll<config::Settings> read_settings(const PlanOptions& options) {
  if (options.config_file.empty()) return config::default_settings();
  return config::load_settings(options.config_file);
}

modules::SearchInputs search_for(const PlanOptions& options, const config::Settings& settings) {
  modules::SearchInputs inputs = modules::search_inputs(options.trust_env);
  inputs.module_dirs = options.module_dirs;
  // Paths in a file mean the same wherever the server is started from.
  const auto folder = settings.text ? std::filesystem::absolute(settings.text->file()).parent_path()
                                    : std::filesystem::path();
  for (const auto& path : settings.module_paths) inputs.config_paths.push_back((folder / path).string());
  inputs.safe_mode = options.safe_mode;
  return inputs;
}

modules::Platform host_platform() { return modules::this_platform(abi::host_interfaces()); }

modules::Plan plan_for(const PlanOptions& options, const config::Settings& settings,
                       std::vector<modules::LoadedLibrary> loaded, std::vector<modules::Crash> crashes) {
  return modules::plan_modules(search_for(options, settings), settings, options.filters, host_platform(),
                               std::move(loaded), std::move(crashes));
}

}  // namespace sluice
