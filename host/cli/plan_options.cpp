#include "cli/plan_options.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/invocation.hpp"

namespace sluice::cli {

void define_plan_options(CLI::App& command, PlanOptions& options, bool all) {
  command
      .add_option("-c,--config", options.config_file, "Config file (JSON with comments); none: all defaults")
      ->type_name("FILE");
  command
      .add_option("--module-dir", options.module_dirs,
                  "Folder with modules, searched before all others; repeatable")
      ->type_name("DIR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--trust-env", options.trust_env, "As root, take SLUICE_MODULE_PATH from the environment");
  if (!all) return;
  command.add_option("--modules-only", options.filters.only, "Run only modules whose id matches; repeatable")
      ->type_name("GLOB")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--modules-disable", options.filters.disable,
                  "Do not run modules whose id matches; repeatable")
      ->type_name("GLOB")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--safe-mode", options.safe_mode, "Only the modules that came with the server");
}

bool load_settings_or_say(Invocation& invocation, const PlanOptions& options, config::Settings& settings) {
  auto read = read_settings(options);
  if (!read) {
    for (const config::Complaint& complaint : read.error())
      invocation.err << "sluice: " << complaint.text() << '\n';
    return false;
  }
  settings = std::move(*read);
  return true;
}

}  // namespace sluice::cli
