#include "cli/project_template.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace sluice::cli;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "sluice-template-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  void put(const fs::path& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
  fs::path path;
};

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::string names_of(const Project& project) {
  std::string out;
  for (const ProjectFile& file : project.files) out += file.name + " ";
  return out;
}

}  // namespace

TEST_CASE("ids are taken as the host takes them") {
  for (const char* good : {"a", "acme-source", "com.acme.source-2", "a.1b", "a-", "x.y-"}) {
    CAPTURE(good);
    CHECK(complaint_about_id(good).empty());
  }
  for (const char* bad :
       {"", ".", "..", "a.", ".a", "a..b", "1a", "-a", "a.-b", "A", "a_b", "a/b", "../a", "a b", "ä"}) {
    CAPTURE(bad);
    CHECK_FALSE(complaint_about_id(bad).empty());
  }
  CHECK(complaint_about_id(std::string(127, 'a')).empty());
  CHECK(complaint_about_id(std::string(128, 'a')).find("127") != std::string::npos);
}

TEST_CASE("a wrong id is answered with a right one") {
  CHECK(complaint_about_id("Acme_Source").find("`acme-source`") != std::string::npos);
  CHECK(complaint_about_id("3d.Scan").find("`d.scan`") != std::string::npos);
  CHECK(complaint_about_id("***").find("for example `acme-source`") != std::string::npos);
}

TEST_CASE("words between at signs are filled in, and only those") {
  const TemplateValues values{{"id", "acme"}, {"empty", ""}};
  std::string problem;
  CHECK(filled_in("@id@ a@id@b @empty@.", values, problem) == "acme aacmeb .");
  CHECK(filled_in("me@example.org @ @@ @Id@ @id", values, problem) == "me@example.org @ @@ @Id@ @id");
  CHECK(filled_in("@@id@@", values, problem) == "@acme@");
  CHECK(problem.empty());
  CHECK(filled_in("x\n@idd@\n@nor_this@", values, problem) == "x\n\n");
  CHECK(problem == "2: @idd@");
}

TEST_CASE("a project is the kind's files and those of its language") {
  Folder folder;
  folder.put("source/@id@.json", R"({"id": "@id@", "name": "@title@", "major": @abi_major@})");
  folder.put("source/c++/module.@extension@", "// @header@\n");
  folder.put("source/c/module.c", "/* @header@ */\n");
  folder.put("other/c/x.c", "");
  const Project plus = render_project(folder.path, {"acme.test-source", "source", "c++"});
  CHECK(plus.problem.empty());
  CHECK(names_of(plus) == "acme.test-source.json module.cpp ");
  CHECK(plus.files[0].text == R"({"id": "acme.test-source", "name": "Acme test source", "major": 1})");
  CHECK(plus.files[1].text == "// hpp\n");
  CHECK(names_of(render_project(folder.path, {"a", "source", "c"})) == "a.json module.c ");

  CHECK(render_project(folder.path, {"a", "sauce", "c"}).problem ==
        "there is no template of kind `sauce`, only other, source");
  CHECK(render_project(folder.path, {"a", "other", "c++"}).problem ==
        "there is no other in `c++`, only in c");
  CHECK(render_project(folder.path / "none", {"a", "source", "c"}).problem.find("no templates") !=
        std::string::npos);
  folder.put("source/c/broken.c", "@what@");
  const Project broken = render_project(folder.path, {"a", "source", "c"});
  CHECK(broken.files.empty());
  CHECK(broken.problem.find("broken.c:1: @what@") != std::string::npos);
}

TEST_CASE("a project is written whole or not at all") {
  Folder folder;
  const fs::path place = folder.path / "mine";
  CHECK(write_project({{{"a.txt", "one"}, {"b.txt", "two"}}, {}}, place).empty());
  CHECK(text_of(place / "a.txt") == "one");
  CHECK(text_of(place / "b.txt") == "two");
  CHECK(write_project({{{"c.txt", ""}}, {}}, place).find("exists already") != std::string::npos);
  CHECK_FALSE(fs::exists(place / "c.txt"));

  fs::create_symlink("nowhere", folder.path / "link");
  CHECK(write_project({}, folder.path / "link").find("exists already") != std::string::npos);
  CHECK(write_project({}, folder.path / "no" / "parent").find("cannot be made") != std::string::npos);
  const std::string why =
      write_project({{{"a.txt", "one"}, {"no/such/folder.txt", "two"}}, {}}, folder.path / "half");
  CHECK(why.find("folder.txt cannot be written") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.path / "half"));
}

// A template that names an unknown word would be found by its user otherwise.
TEST_CASE("the SDK's own templates can all be filled in") {
  const fs::path templates = "sdk/templates";  // tests run from the repository's root
  for (const char* kind : {"publisher", "protocol", "packager", "auth"})
    for (const char* language : {"c++", "c"}) {
      CAPTURE(kind, language);
      const Project project = render_project(templates, {"acme.thing", kind, language});
      CHECK(project.problem.empty());
      for (const char* name : {"acme.thing.json", "CMakeLists.txt", "README.md"})
        CHECK(names_of(project).find(name) != std::string::npos);
    }
}
