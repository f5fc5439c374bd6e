// The options that say which config file and which module folders a command is about.
#pragma once

#include "app_plan.hpp"

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

// -c and --module-dir, and with `all` the filters too.
void define_plan_options(CLI::App& command, PlanOptions& options, bool all);

// The settings, or their complaints on `err` and false.
bool load_settings_or_say(Invocation& invocation, const PlanOptions& options, config::Settings& settings);

}  // namespace sluice::cli
