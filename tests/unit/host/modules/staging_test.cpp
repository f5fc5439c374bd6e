#include "modules/staging.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace sluice::modules;
namespace fs = std::filesystem;

namespace {

// A module's folder and a runtime folder, both gone at the end.
struct Ground {
  fs::path root = [] {
    std::string name = (fs::temp_directory_path() / "sluice-staging-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  fs::path runtime = root / "run";
  Manifest manifest;
  CheckedLibrary library;

  explicit Ground(const std::string& folder = "acme.srt") {
    fs::create_directory(runtime);
    fs::permissions(runtime, fs::perms::owner_all);
    fs::create_directory(root / folder);
    manifest.id = "acme.srt";
    manifest.folder = (root / folder).string();
    write(root / folder / "acme.srt.so", "the library's bytes");
    library.report.library = (root / folder / "acme.srt.so").string();
    for (const char byte : std::string("the library's bytes"))
      library.bytes.push_back(static_cast<std::byte>(byte));
  }
  ~Ground() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  static void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Accepted<Staged> stage(std::uint32_t generation = 1) {
    return sluice::modules::stage(runtime, generation, manifest, library, sha256(library.bytes));
  }
};

mode_t mode_of(const fs::path& path) {
  struct stat found{};
  ::lstat(path.c_str(), &found);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("the checked bytes are staged in a private folder of their own") {
  Ground ground;
  Ground::write(ground.library.report.library, "swapped since");  // what is on disk does not matter any more
  auto staged = ground.stage();
  REQUIRE(staged.has_value());
  CHECK(Ground::read(staged->library()) == "the library's bytes");
  const auto sha8 = hex(sha256(ground.library.bytes)).substr(0, 8);
  CHECK(staged->folder() == ground.runtime / "modules" / "acme.srt" / ("1-" + sha8));
  CHECK(mode_of(staged->folder()) == 0700);
  CHECK(mode_of(ground.runtime / "modules") == 0700);
  CHECK((mode_of(staged->library()) & 0277) == 0);
  const auto folder = staged->folder();
  staged = Staged();
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("a path is not used twice") {
  Ground ground;
  const auto first = ground.stage();
  const auto again = ground.stage();
  REQUIRE(again.has_error());
  CHECK(again.error().rule == "SL-LNK-001");
  CHECK(fs::exists(first->library()));
  CHECK(ground.stage(2).has_value());
}

TEST_CASE("bytes that are not those of the plan are refused, and nothing stays behind") {
  Ground ground;
  const auto staged =
      stage(ground.runtime, 1, ground.manifest, ground.library, sha256(std::string_view("others")));
  REQUIRE(staged.has_error());
  CHECK(staged.error().rule == "SL-SEC-002");
  CHECK(staged.error().finding.find(hex(sha256(ground.library.bytes))) != std::string::npos);
  CHECK(staged.error().finding.find(hex(sha256(std::string_view("others")))) != std::string::npos);
  CHECK_FALSE(fs::exists(ground.runtime / "modules"));
}

TEST_CASE("a bundle comes along whole, but nothing a link points at outside") {
  Ground ground;
  const fs::path folder = ground.manifest.folder;
  Ground::write(folder / "data" / "deep" / "table.bin", "table");
  Ground::write(folder / "lib" / "libhelp.so", "help");
  Ground::write(ground.root / "secret", "secret");
  fs::create_symlink(ground.root / "secret", folder / "link");
  auto staged = ground.stage();
  REQUIRE(staged.has_value());
  CHECK(Ground::read(staged->folder() / "data" / "deep" / "table.bin") == "table");
  CHECK(Ground::read(staged->folder() / "lib" / "libhelp.so") == "help");
  CHECK_FALSE(fs::exists(staged->folder() / "link"));
}

TEST_CASE("from a flat folder only the module's own library and those it needs are taken") {
  Ground ground("modules");
  const fs::path folder = ground.manifest.folder;
  Ground::write(folder / "neighbour.so", "not ours");
  Ground::write(folder / "lib" / "libhelp.so", "help");
  ground.library.report.bundled.push_back(
      {"libhelp.so", (folder / "lib" / "libhelp.so").string(), sha256(std::string_view("help"))});
  auto staged = ground.stage();
  REQUIRE(staged.has_value());
  CHECK_FALSE(fs::exists(staged->folder() / "neighbour.so"));
  CHECK(Ground::read(staged->folder() / "lib" / "libhelp.so") == "help");
  staged = Staged();

  Ground::write(folder / "lib" / "libhelp.so", "swapped");
  const auto refused = ground.stage();
  REQUIRE(refused.has_error());
  CHECK(refused.error().rule == "SL-SEC-002");
  CHECK(fs::is_empty(ground.runtime / "modules" / "acme.srt"));
}

TEST_CASE("a staging folder that others may enter, or that is a link, is not used") {
  Ground ground;
  fs::create_directory(ground.root / "elsewhere");
  SECTION("mode") {
    fs::create_directory(ground.runtime / "modules");
    fs::permissions(ground.runtime / "modules", fs::perms::all);
  }
  SECTION("link") { fs::create_directory_symlink(ground.root / "elsewhere", ground.runtime / "modules"); }
  const auto staged = ground.stage();
  REQUIRE(staged.has_error());
  CHECK(staged.error().rule == "SL-SEC-001");
  CHECK(fs::is_empty(ground.root / "elsewhere"));
}

TEST_CASE("no room for the copy: a clear word and nothing half-written left") {
  Ground ground;
  ground.library.bytes.assign(64 * 1024, std::byte{1});
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit tight = before;
  tight.rlim_cur = 4096;
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  const auto staged = ground.stage();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  REQUIRE(staged.has_error());
  CHECK(staged.error().rule == "SL-LNK-001");
  CHECK(staged.error().finding.find("cannot write the staged copy") != std::string::npos);
  CHECK(fs::is_empty(ground.runtime / "modules" / "acme.srt"));
}
