#include "cli/check_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "app_plan.hpp"
#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/table.hpp"
#include "kit/case_run.hpp"
#include "kit/cases.hpp"
#include "kit/kit.hpp"
#include "kit/rules.hpp"
#include "modules/describe.hpp"

namespace sluice::cli {
namespace {

using kit::CaseResult;
using kit::Verdict;

struct Options {
  kit::KitOrder kit;
  std::string junit;
  bool json = false;
};

std::string seconds(std::chrono::milliseconds took) {
  const auto tenths = (took.count() + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

void show_library(std::ostream& out, const Json& checked) {
  Table table({"RULE", "VERDICT", "FINDING"});
  for (const Json& one : checked["findings"])
    table.row({one.value("rule", ""), one.value("verdict", ""), one.value("finding", "")});
  if (!table.empty()) table.print(out);
}

void show_cases(std::ostream& out, const std::vector<CaseResult>& cases) {
  if (cases.empty()) return;
  out << '\n';
  Table table({"CASE", "VERDICT", "RULE", "TIME", "SEEN"});
  for (const CaseResult& one : cases)
    table.row({one.name, modules::verdict_name(one.verdict), one.rule, seconds(one.took), one.finding});
  table.print(out);
}

void explain(std::ostream& out, const std::string& name, const std::string& rule, const std::string& verdict,
             const std::string& finding, const std::string& remedy) {
  out << '\n' << verdict << ' ' << name << (name == rule ? "" : ", rule " + rule) << '\n';
  if (const auto text = kit::rule_text(rule); !text.empty()) out << "  the rule:  " << text << '\n';
  out << "  found:     " << finding << '\n';
  if (!remedy.empty()) out << "  to mend:   " << remedy << '\n';
}

bool worth_words(const std::string& verdict) { return verdict == "fail" || verdict == "warn"; }

void show(std::ostream& out, const kit::Report& report) {
  const Json& checked = report.checked;
  out << checked.value("id", "") << ' ' << checked.value("version", "") << " ("
      << checked.value("library", "") << ")\n\n";
  show_library(out, checked);
  show_cases(out, report.cases);
  for (const Json& one : checked["findings"]) {
    const std::string verdict = one.value("verdict", "");
    if (worth_words(verdict)) {
      explain(out, one.value("rule", ""), one.value("rule", ""), verdict, one.value("finding", ""),
              one.value("remedy", ""));
    }
  }
  for (const CaseResult& one : report.cases) {
    const auto verdict = modules::verdict_name(one.verdict);
    if (worth_words(verdict)) explain(out, one.name, one.rule, verdict, one.finding, one.remedy);
  }
  out << '\n'
      << modules::verdict_name(report.verdict()) << ": " << report.count(Verdict::pass) << " passed, "
      << report.count(Verdict::warn) << " with a warning, " << report.count(Verdict::fail) << " failed, "
      << report.count(Verdict::skipped) << " skipped\n";
}

int check(Invocation& invocation, const Options& options) {
  if (!std::filesystem::exists(options.kit.file)) {
    invocation.err << "sluice: there is no file " << options.kit.file << '\n';
    return exit_failed;
  }
  const auto told = [&](const CaseResult& one) {
    if (!options.json) invocation.err << one.name << ": " << modules::verdict_name(one.verdict) << std::endl;
  };
  const auto report = kit::check_module(options.kit, host_platform(), told);
  if (options.json) {
    invocation.out << kit::to_json(report).dump(2) << '\n';
  } else {
    show(invocation.out, report);
  }
  if (!options.junit.empty() && !(std::ofstream(options.junit) << kit::to_junit(report)).flush()) {
    invocation.err << "sluice: cannot write " << options.junit << '\n';
    return exit_failed;
  }
  return report.verdict() == Verdict::fail ? exit_failed : exit_ok;
}

std::string case_named(const std::string& name) {
  return kit::find_case(name) != nullptr ? "" : "there is no case " + name;
}

std::string names_of_cases() {
  std::string names;
  for (const kit::Case& one : kit::all_cases()) names += (names.empty() ? "" : " ") + std::string(one.name);
  return names;
}

}  // namespace

void add_check(CLI::App& family, Invocation& invocation) {
  auto options = std::make_shared<Options>();
  options->kit.program = "/proc/self/exe";
  CLI::App* command = family.add_subcommand(
      "check", "The conformance kit: would this host take a module, and does it keep the contract");
  command->footer("Cases: " + names_of_cases());
  command->add_option("FILE", options->kit.file, "Its manifest or its library")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->add_option("--junit", options->junit, "Also write JUnit XML to this file")->type_name("FILE");
  command->add_flag("--quick", options->kit.quick, "Fewer rounds, shorter looks");
  command->add_flag("--static", options->kit.static_only, "Run none of its code");
  command->add_option("--only", options->kit.only, "A case to try, besides the founding two; repeatable")
      ->check(CLI::Validator(&case_named, "CASE"));
  command
      ->add_option("--config", options->kit.config_file,
                   "The module's part of a config file (a JSON object), where its defaults do not do")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return check(invocation, *options); };
  });
}

void add_kit_case(CLI::App& app, Invocation& invocation) {
  auto order = std::make_shared<kit::CaseOrder>();
  CLI::App* command = app.add_subcommand("kit-case", "One case of `modules check`, in this process");
  command->group("");  // for `modules check`, not for people
  command->add_option("NAME", order->name)->required();
  command->add_option("FILE", order->file)->required();
  command->add_option("--folder", order->folder)->required();
  command->add_option("--config", order->config_file);
  command->add_option("--patience", order->patience_ms);
  command->add_flag("--quick", order->quick);
  command->callback([&invocation, order] { invocation.action = [order] { return kit::run_case(*order); }; });
}

}  // namespace sluice::cli
