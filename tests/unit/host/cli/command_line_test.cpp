#include "cli/command_line.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/exit_code.hpp"
#include "cli/run_command.hpp"

using namespace sluice::cli;

namespace {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome command(std::vector<const char*> words) {
  std::ostringstream out, err;
  words.insert(words.begin(), "sluice");
  const int code = run_command_line(static_cast<int>(words.size()), words.data(), out, err);
  return {code, out.str(), err.str()};
}

struct TextFile {
  std::string path;

  explicit TextFile(const std::string& text) {
    static int count = 0;
    path = (std::filesystem::temp_directory_path() /
            ("sluice-cli-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
               .string();
    std::ofstream(path) << text;
  }
  ~TextFile() { std::filesystem::remove(path); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
};

sluice::RunOptions run_options(const std::string& words) {
  CLI::App app;
  sluice::RunOptions options;
  define_run_options(app, options);
  app.parse(words);
  return options;
}

}  // namespace

TEST_CASE("help and version are no failures") {
  REQUIRE(command({"--version"}).code == exit_ok);
  REQUIRE(command({"--version"}).out.rfind("sluice ", 0) == 0);
  const Outcome help = command({"--help"});
  REQUIRE(help.code == exit_ok);
  for (const char* word :
       {"run", "modules", "new", "config", "streams", "viewers", "kick", "metrics", "status", "Exit codes"}) {
    INFO(word);
    REQUIRE(help.out.find(word) != std::string::npos);
  }
  REQUIRE(command({"modules", "list", "--help"}).code == exit_ok);
}

TEST_CASE("the command by which the server tries a module is not for people") {
  REQUIRE(command({"--help"}).out.find("probe-module") == std::string::npos);
  const Outcome outcome =
      command({"probe-module", "--", "token", "0", "unmap", "acme.srt", "1.0.0", "/proc/none.so"});
  REQUIRE(outcome.code == exit_usage);
  REQUIRE(outcome.err.find("sluice modules check") != std::string::npos);
}

TEST_CASE("a wrong command line is 2, said on standard error") {
  const std::vector<std::vector<const char*>> wrong{{},
                                                    {"frobnicate"},
                                                    {"modules"},
                                                    {"config"},
                                                    {"modules", "inspect"},
                                                    {"config", "check"},
                                                    {"new"},
                                                    {"new", "module"},
                                                    {"new", "module", "acme"},
                                                    {"new", "module", "--kind", "publisher"},
                                                    {"new", "module", "Acme", "--kind", "publisher"},
                                                    {"kick"},
                                                    {"kick", "live/cam", "--viewer", "x"},
                                                    {"run", "--log-level", "loud"},
                                                    {"run", "--no-such-option"},
                                                    {"streams", "extra"}};
  for (const auto& words : wrong) {
    const Outcome outcome = command(words);
    INFO(outcome.err);
    REQUIRE(outcome.code == exit_usage);
    REQUIRE(outcome.out.empty());
    REQUIRE_FALSE(outcome.err.empty());
  }
}

TEST_CASE("options of run") {
  const auto options = run_options(
      "-c a.json --module-dir one --module-dir two --modules-only x --modules-only y* --modules-disable z "
      "--safe-mode --dry-run --trust-env --log-level debug --log-format json");
  REQUIRE(options.plan.config_file == "a.json");
  REQUIRE(options.plan.module_dirs == std::vector<std::string>{"one", "two"});
  REQUIRE(options.plan.filters.only == std::vector<std::string>{"x", "y*"});
  REQUIRE(options.plan.filters.disable == std::vector<std::string>{"z"});
  REQUIRE((options.plan.safe_mode && options.plan.trust_env && options.dry_run));
  REQUIRE(options.log.level == "debug");
  REQUIRE(options.log.format == "json");
  REQUIRE(run_options("").plan.config_file.empty());
  REQUIRE_FALSE(run_options("").dry_run);
}

TEST_CASE("a server that is named and not there is 3") {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"streams"}, {"viewers"}, {"metrics"}, {"status"}}) {
    auto all = words;
    all.insert(all.end(), {"--control", "/proc/no-such-server/control.sock"});
    const Outcome outcome = command(all);
    REQUIRE(outcome.code == exit_no_server);
    REQUIRE(outcome.err.find("/proc/no-such-server/control.sock") != std::string::npos);
  }
}

TEST_CASE("a config file that is not there, or a module file that is not there, is 1") {
  REQUIRE(command({"run", "-c", "/proc/none.json"}).code == exit_failed);
  REQUIRE(command({"config", "check", "/proc/none.json"}).code == exit_failed);
  REQUIRE(command({"config", "show", "/proc/none.json"}).code == exit_failed);
  REQUIRE(command({"modules", "check", "/proc/none.so"}).code == exit_failed);
}

TEST_CASE("config check tells the faults of the host's part and those of modules") {
  const TextFile file(R"({"limts": {}, "modules": {"no-such-module": {}}})");
  const Outcome told = command({"config", "check", file.path.c_str(), "--json"});
  REQUIRE(told.code == exit_failed);
  const auto complaints = nlohmann::json::parse(told.out);
  REQUIRE(complaints.size() == 2);
  REQUIRE(complaints[0]["pointer"] == "/limts");
  REQUIRE(complaints[1]["pointer"] == "/modules/no-such-module");

  const TextFile lost(R"({"module_paths": [5], "modules": {"no-such-module": {}}})");
  const Outcome only = command({"config", "check", lost.path.c_str(), "--json"});
  REQUIRE(nlohmann::json::parse(only.out).size() == 1);
}

TEST_CASE("modules list plans by itself for a named folder, and an empty one is no failure") {
  const Outcome listed =
      command({"modules", "list", "--json", "--module-dir", "/proc/no-such-folder", "--modules-only", "-"});
  REQUIRE(listed.code == exit_ok);
  REQUIRE(nlohmann::json::parse(listed.out).is_array());
}
