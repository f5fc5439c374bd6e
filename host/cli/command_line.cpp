#include "cli/command_line.hpp"

#include <sluice/abi/sluice.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/check_command.hpp"
#include "cli/config_command.hpp"
#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/modules_command.hpp"
#include "cli/probe_command.hpp"
#include "cli/project_command.hpp"
#include "cli/run_command.hpp"
#include "cli/status_command.hpp"
#include "cli/streams_command.hpp"

namespace sluice::cli {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 it could not be done, or a check found something wrong; 2 the command line is "
    "wrong;\n"
    "3 no running server, several of them, or none that answers; 130 interrupted while stopping.";

std::string version_line() {
  return "sluice " SLUICE_VERSION " (module ABI " + std::to_string(SLUICE_ABI_MAJOR) + "." +
         std::to_string(SLUICE_ABI_MINOR) + ")";
}

}  // namespace

int run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  Invocation invocation{out, err, {}};
  CLI::App app("Sluice: a live-media server made of modules", "sluice");
  app.set_version_flag("--version", version_line(), "Print the version and end");
  app.require_subcommand(1);
  app.footer(exit_codes);
  add_run(app, invocation);
  add_modules(app, invocation);
  add_new(app, invocation);
  add_config(app, invocation);
  add_streams(app, invocation);
  add_status(app, invocation);
  add_probe(app, invocation);
  add_kit_case(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? exit_ok : exit_usage;
  }
  try {
    return invocation.action();
  } catch (const std::exception& error) {
    err << "sluice: " << error.what() << '\n';
    return exit_failed;
  }
}

}  // namespace sluice::cli
