// sluice run
#pragma once

#include "app.hpp"

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void define_run_options(CLI::App& command, RunOptions& options);
void add_run(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
