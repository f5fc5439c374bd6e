#include "cli/run_command.hpp"

#include <CLI/CLI.hpp>

#include "cli/invocation.hpp"
#include "cli/plan_options.hpp"

namespace sluice::cli {

void define_run_options(CLI::App& command, RunOptions& options) {
  define_plan_options(command, options.plan, true);
  command.add_flag("--dry-run", options.dry_run,
                   "Print which modules would run and which not, and why; run none");
  command.add_option("--log-level", options.log.level, "Least level that is logged")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  command.add_option("--log-format", options.log.format, "Form of the log's lines")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_run(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("run", "Run the server until SIGTERM or SIGINT");
  auto options = std::make_shared<RunOptions>();
  define_run_options(*command, *options);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      control::StopSignals::block();
      return App(*options, invocation.out, invocation.err).run();
    };
  });
}

}  // namespace sluice::cli
