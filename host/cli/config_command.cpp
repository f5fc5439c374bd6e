#include "cli/config_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/plan_options.hpp"
#include "config/module_config.hpp"

namespace sluice::cli {
namespace {

struct Options {
  PlanOptions plan;
  ServerOptions server;
};

Json as_json(const config::Complaints& complaints) {
  Json list = Json::array();
  for (const config::Complaint& complaint : complaints) {
    list.push_back({{"file", complaint.file},
                    {"line", complaint.at.line},
                    {"column", complaint.at.column},
                    {"pointer", complaint.pointer},
                    {"expected", complaint.expected},
                    {"found", complaint.found},
                    {"nearest", complaint.nearest},
                    {"message", complaint.text()}});
  }
  return list;
}

// Where the folders of modules are wrong themselves, complaints about modules would mislead.
bool modules_can_be_judged(const config::FlawedSettings& flawed) {
  return flawed.rest && std::none_of(flawed.complaints.begin(), flawed.complaints.end(), [](const auto& one) {
           return one.pointer.starts_with("/module_paths");
         });
}

int check(Invocation& invocation, const Options& options) {
  config::FlawedSettings flawed = config::load_flawed(options.plan.config_file);
  config::Complaints complaints = flawed.complaints;
  if (modules_can_be_judged(flawed)) {
    config::Complaints more =
        config::check_modules(*flawed.rest, plan_for(options.plan, *flawed.rest).schemas());
    std::move(more.begin(), more.end(), std::back_inserter(complaints));
  }
  if (options.server.json) {
    invocation.out << as_json(complaints).dump(2) << '\n';
  } else {
    for (const config::Complaint& complaint : complaints) invocation.err << complaint.text() << '\n';
    if (complaints.empty()) invocation.out << options.plan.config_file << ": ok\n";
  }
  return complaints.empty() ? exit_ok : exit_failed;
}

int schema(Invocation& invocation, const Options& options) {
  config::Settings settings;
  if (!load_settings_or_say(invocation, options.plan, settings)) return exit_failed;
  invocation.out << config::assembled_schema(plan_for(options.plan, settings).schemas()).dump(2) << '\n';
  return exit_ok;
}

// With a file or folder named: what they would give. Else what the running server has; without one, the
// defaults.
int show(Invocation& invocation, const Options& options) {
  if (options.plan.config_file.empty() && options.plan.module_dirs.empty()) {
    const auto running = ask_server(options.server, {{"command", "config"}});
    if (running) {
      invocation.out << running->dump(2) << '\n';
      return exit_ok;
    }
    if (running.error().code != control::Errc::no_server) return fail(invocation, running.error());
  }
  config::Settings settings;
  if (!load_settings_or_say(invocation, options.plan, settings)) return exit_failed;
  invocation.out << config::effective_config(settings, plan_for(options.plan, settings).schemas()).dump(2)
                 << '\n';
  return exit_ok;
}

}  // namespace

void add_config(CLI::App& app, Invocation& invocation) {
  CLI::App* family = app.add_subcommand(
      "config", "Check a config file, print its schema, show what takes effect, read it again");
  family->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* check_file = family->add_subcommand("check", "Say everything that is wrong with a config file");
  check_file->add_option("FILE", options->plan.config_file, "The file (or -c FILE)");
  define_plan_options(*check_file, options->plan, false);
  check_file->add_flag("--json", options->server.json, "Print JSON");
  check_file->callback([&invocation, options] {
    if (options->plan.config_file.empty()) throw CLI::RequiredError("FILE");
    invocation.action = [&invocation, options] { return check(invocation, *options); };
  });

  CLI::App* print_schema =
      family->add_subcommand("schema", "The JSON Schema of the config, all modules' parts included");
  define_plan_options(*print_schema, options->plan, false);
  print_schema->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return schema(invocation, *options); };
  });

  CLI::App* reload = family->add_subcommand(
      "reload", "Let the running server read its config file again: the modules' part of it, all or nothing");
  define_server_options(*reload, options->server);
  reload->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, options->server, {{"command", "config.reload"}},
                          [&](const Json& result) {
                            invocation.out << "the config was taken\n";
                            for (const Json& place : result.at("needs_restart"))
                              invocation.out << place.get<std::string>()
                                             << " is read at start only: restart the server for it\n";
                          });
    };
  });

  CLI::App* show_effective = family->add_subcommand("show",
                                                    "The config that takes effect, defaults filled in, "
                                                    "secrets masked: of FILE, else of the running server");
  show_effective->add_option("FILE", options->plan.config_file, "The file (or -c FILE)");
  define_plan_options(*show_effective, options->plan, false);
  define_server_options(*show_effective, options->server);
  show_effective->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show(invocation, *options); };
  });
}

}  // namespace sluice::cli
