#include "cli/live_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/invocation.hpp"
#include "modules/explain.hpp"

namespace sluice::cli {
namespace {

struct Options {
  ServerOptions server;
  std::string id;
};

std::string number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() ? found->dump() : "0";
}

std::string served(const Json& done) {
  return done.value("id", "") + " " + done.value("version", "") + " serves, generation " +
         number(done, "generation") + "\n";
}

std::string goes(const Json& done) {
  if (done.value("state", "") != "draining") return done.value("id", "") + " is gone\n";
  return done.value("id", "") + " drains: " + number(done, "sessions") + " sessions left\n";
}

using Show = std::string (*)(const Json& done);

void add_one(CLI::App& family, Invocation& invocation, const std::string& name, const std::string& what,
             Show show) {
  auto options = std::make_shared<Options>();
  CLI::App* command = family.add_subcommand(name, what);
  command->add_option("ID", options->id, "The module's id")->required();
  define_server_options(*command, options->server);
  command->callback([&invocation, options, name, show] {
    invocation.action = [&invocation, options, name, show] {
      return ask_and_show(invocation, options->server, {{"command", "modules." + name}, {"id", options->id}},
                          [&](const Json& result) { invocation.out << show(result); });
    };
  });
}

}  // namespace

void add_live_modules(CLI::App& family, Invocation& invocation) {
  add_one(family, invocation, "reload",
          "Start it anew beside the generation that serves, which then only finishes its sessions", served);
  add_one(family, invocation, "drain", "Let it finish its sessions and end, until it is reloaded or enabled",
          goes);
  add_one(family, invocation, "enable", "Run it, whatever its manifest says, until the server ends", served);
  add_one(family, invocation, "disable", "Drain it and do not run it again until the server ends", goes);
  add_one(family, invocation, "reset", "Try again one that had failed", served);
  add_one(family, invocation, "explain", "Why it is in the state it is in", modules::explain_text);

  auto options = std::make_shared<Options>();
  CLI::App* graph = family.add_subcommand("graph", "Who provides which interface, and who needs it");
  define_server_options(*graph, options->server);
  graph->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, options->server, {{"command", "modules.graph"}},
                          [&](const Json& result) { invocation.out << modules::graph_text(result); });
    };
  });
}

}  // namespace sluice::cli
