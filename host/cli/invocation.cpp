#include "cli/invocation.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/exit_code.hpp"

namespace sluice::cli {

void define_server_options(CLI::App& command, ServerOptions& options) {
  command.add_option("--control", options.control, "Control socket of the server, or the folder it lies in")
      ->type_name("PATH");
  command.add_flag("--json", options.json, "Print JSON");
}

control::Controlled<Json> ask_server(const ServerOptions& options, const Json& request) {
  auto socket = control::find_server(options.control, control::Place::from_environment());
  if (!socket) return socket.error();
  return control::ask(*socket, request);
}

int fail(Invocation& invocation, const control::Failure& failure) {
  invocation.err << "sluice: " << failure.text << '\n';
  switch (failure.code) {
    case control::Errc::no_server:
    case control::Errc::several_servers:
    case control::Errc::unreachable:
    case control::Errc::not_allowed:
      return exit_no_server;
    default:
      return exit_failed;
  }
}

int ask_and_show(Invocation& invocation, const ServerOptions& options, const Json& request,
                 const std::function<void(const Json& result)>& show) {
  const auto result = ask_server(options, request);
  if (!result) return fail(invocation, result.error());
  if (options.json) {
    invocation.out << result->dump(2) << '\n';
  } else {
    show(*result);
  }
  return exit_ok;
}

}  // namespace sluice::cli
