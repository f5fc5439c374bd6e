#include "cli/modules_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "cli/account_table.hpp"
#include "cli/check_command.hpp"
#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/live_command.hpp"
#include "cli/plan_options.hpp"
#include "cli/table.hpp"
#include "modules/describe.hpp"

namespace sluice::cli {
namespace {

struct Options {
  PlanOptions plan;
  ServerOptions server;
  std::string file;
  bool canonical = false;
  bool long_list = false;
};

void show_list(std::ostream& out, const Json& list) {
  if (list.empty()) {
    out << "no module was found\n";
    return;
  }
  Table table({"ID", "VERSION", "STATE", "RULE", "MANIFEST"});
  for (const Json& module : list) {
    table.row({module.value("id", ""), module.value("version", ""), module.value("state", ""),
               module.value("rule", ""), module.value("path", "")});
  }
  table.print(out);
  bool first = true;
  for (const Json& module : list) {
    const std::string message = module.value("message", "");
    if (message.empty()) continue;
    out << (first ? "\n" : "") << message << '\n';
    first = false;
  }
}

// A server's own list is the truth; a plan answers when none runs, or when folders or a config were named.
int list_modules(Invocation& invocation, const Options& options) {
  const auto show = [&](const Json& list) {
    if (options.server.json) {
      invocation.out << list.dump(2) << '\n';
    } else {
      show_list(invocation.out, list);
      if (options.long_list) show_accounts(invocation.out, list);
    }
    return static_cast<int>(exit_ok);
  };
  if (options.plan.module_dirs.empty() && options.plan.config_file.empty()) {
    const auto list = ask_server(options.server, {{"command", "modules"}});
    if (list) return show(*list);
    if (list.error().code != control::Errc::no_server) return fail(invocation, list.error());
  }
  config::Settings settings;
  if (!load_settings_or_say(invocation, options.plan, settings)) return exit_failed;
  return show(modules::describe_list(plan_for(options.plan, settings)));
}

int print(Invocation& invocation, bool json, const Json& described) {
  if (json) {
    invocation.out << described.dump(2) << '\n';
  } else {
    invocation.out << modules::describe_text(described);
  }
  return exit_ok;
}

// Nothing but those bytes, so that they can be piped to what signs them.
int print_canonical(Invocation& invocation, const std::string& file) {
  const auto manifest = modules::load_manifest_of(file);
  if (!manifest) {
    const modules::BrokenManifest& broken = manifest.error();
    invocation.err << "sluice: " << modules::sentence(broken.refusal, broken.id, broken.version) << '\n';
    return exit_failed;
  }
  invocation.out << modules::canonical_module(*manifest);
  return exit_ok;
}

// A file, or the id of a module in the search folders.
int inspect(Invocation& invocation, const Options& options) {
  config::Settings settings;
  if (!load_settings_or_say(invocation, options.plan, settings)) return exit_failed;
  if (std::filesystem::exists(options.file)) {
    if (options.canonical) return print_canonical(invocation, options.file);
    const auto inputs = search_for(options.plan, settings);
    return print(invocation, options.server.json,
                 modules::inspect_file(options.file, inputs.overlays, settings, host_platform()));
  }
  const modules::Plan plan = plan_for(options.plan, settings);
  const modules::Entry* entry = plan.find(options.file);
  if (entry == nullptr) {
    invocation.err << "sluice: there is no file " << options.file << ", and no module of that id was found\n";
    return exit_failed;
  }
  if (options.canonical) return print_canonical(invocation, entry->path);
  return print(invocation, options.server.json, modules::describe_module(*entry));
}

}  // namespace

void add_modules(CLI::App& app, Invocation& invocation) {
  CLI::App* family = app.add_subcommand(
      "modules", "List, inspect and check modules; replace and drain those of the running server");
  family->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* list =
      family->add_subcommand("list", "The running server's modules; without one, what would run");
  define_plan_options(*list, options->plan, true);
  define_server_options(*list, options->server);
  list->add_flag("--long", options->long_list,
                 "Of the running server's: CPU time, frames held, inbox, drops");
  list->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return list_modules(invocation, *options); };
  });

  CLI::App* inspect_one =
      family->add_subcommand("inspect", "Everything known about a module without running it");
  inspect_one->add_option("FILE", options->file, "Its manifest, its library, or the id of an installed one")
      ->required();
  define_plan_options(*inspect_one, options->plan, false);
  inspect_one->add_flag("--json", options->server.json, "Print JSON");
  inspect_one->add_flag("--canonical", options->canonical,
                        "Print the bytes a signature is made over, no more");
  inspect_one->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return inspect(invocation, *options); };
  });

  add_check(*family, invocation);
  add_live_modules(*family, invocation);
}

}  // namespace sluice::cli
