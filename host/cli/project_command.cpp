#include "cli/project_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/project_template.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

// Where the program was installed: it finds what belongs to it by where it lies, like its modules.
fs::path prefix() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("/usr") : program.parent_path().parent_path();
}

int refuse(Invocation& invocation, const std::string& why, ExitCode code) {
  invocation.err << "sluice: " << why << '\n';
  return code;
}

int new_module(Invocation& invocation, const ProjectWish& wish) {
  const std::string complaint = complaint_about_id(wish.id);
  if (!complaint.empty()) return refuse(invocation, complaint, exit_usage);
  const Project project = render_project(prefix() / "share/sluice/templates", wish);
  if (!project.problem.empty()) return refuse(invocation, project.problem, exit_failed);
  const std::string problem = write_project(project, wish.id);
  if (!problem.empty()) return refuse(invocation, problem, exit_failed);
  invocation.out << wish.id << "/:";
  for (const ProjectFile& file : project.files) invocation.out << ' ' << file.name;
  const std::string build = wish.id + "/build";
  invocation.out << "\n\nBuild it, test it, run it:\n"
                 << "  cmake -S " << wish.id << " -B " << build
                 << " -DCMAKE_PREFIX_PATH=" << prefix().string() << '\n'
                 << "  cmake --build " << build << '\n'
                 << "  ctest --test-dir " << build << '\n'
                 << "  sluice run --module-dir " << build << '\n';
  return exit_ok;
}

}  // namespace

void add_new(CLI::App& app, Invocation& invocation) {
  CLI::App* family = app.add_subcommand("new", "Begin something of your own");
  family->require_subcommand(1);
  auto wish = std::make_shared<ProjectWish>(ProjectWish{.id = {}, .kind = {}, .language = "c++"});

  CLI::App* module =
      family->add_subcommand("module", "A small module that builds, runs and can be seen at once");
  module->add_option("NAME", wish->id, "Its id, and the folder that is made here")->required();
  module->add_option("--kind", wish->kind, "publisher, protocol, packager or auth")
      ->required()
      ->type_name("KIND");
  module->add_option("--lang", wish->language, "c++ or c")->type_name("LANGUAGE")->capture_default_str();
  module->callback([&invocation, wish] {
    invocation.action = [&invocation, wish] { return new_module(invocation, *wish); };
  });
}

}  // namespace sluice::cli
