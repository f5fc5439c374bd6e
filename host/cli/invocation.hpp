// One run of the command line: where it writes, and what the chosen command will do.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "control/control_client.hpp"

namespace CLI {
class App;
}

namespace sluice::cli {

using Json = nlohmann::json;

struct Invocation {
  std::ostream& out;
  std::ostream& err;
  std::function<int()> action;  // of the command that was chosen
};

// How commands that talk to a server name it and want its answer.
struct ServerOptions {
  std::string control;
  bool json = false;
};
void define_server_options(CLI::App& command, ServerOptions& options);

// Finds the server and asks it.
control::Controlled<Json> ask_server(const ServerOptions& options, const Json& request);
// Says why on `err`; gives the exit code that fits.
int fail(Invocation& invocation, const control::Failure& failure);
// Asks and shows: as JSON, or by `show`.
int ask_and_show(Invocation& invocation, const ServerOptions& options, const Json& request,
                 const std::function<void(const Json& result)>& show);

}  // namespace sluice::cli
