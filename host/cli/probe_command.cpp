#include "cli/probe_command.hpp"

#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "modules/child_run.hpp"
#include "modules/probe_child.hpp"

namespace sluice::cli {

void add_probe(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand(modules::probe_command, "Try one module; started by the server");
  command->group("");
  auto order = std::make_shared<modules::ProbeOrder>();
  auto unload = std::make_shared<std::string>();
  command->add_option("TOKEN", order->token)->required();
  command->add_option("MEMORY", order->memory_limit)->required();
  command->add_option("UNLOAD", *unload)->required()->check(CLI::IsMember({"unmap", "keep"}));
  command->add_option("ID", order->expected.id)->required();
  command->add_option("VERSION", order->expected.version)->required();
  command->add_option("LIBRARY", order->library)->required();
  command->callback([&invocation, order, unload] {
    invocation.action = [&invocation, order, unload]() -> int {
      if (::fcntl(modules::child_pipe, F_GETFD) < 0) {
        invocation.err << "sluice: only the server starts " << modules::probe_command
                       << "; `sluice modules check FILE` judges a module\n";
        return exit_usage;
      }
      order->unmap = *unload == "unmap";
      modules::run_probe(*order);
    };
  });
}

}  // namespace sluice::cli
