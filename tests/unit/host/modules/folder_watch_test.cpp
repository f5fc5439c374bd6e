#include "modules/folder_watch.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "module_folder.hpp"

using namespace sluice::modules;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Rig {
  fs::path root = fs::temp_directory_path() / ("sluice-watch-" + std::to_string(::getpid()));
  FolderWatch watch;
  FolderWatch::Clock::time_point now{};  // moved by hand

  Rig() {
    fs::remove_all(root);
    fs::create_directories(root / "modules");
  }
  ~Rig() { fs::remove_all(root); }
  void look() { watch.look_at({(root / "modules").string()}); }
  void put(const fs::path& name, const std::string& text = "x") { std::ofstream(root / name) << text; }
  bool pending() {
    watch.read(now);
    return watch.due() != FolderWatch::Clock::time_point::max();
  }
};

}  // namespace

TEST_CASE("a change is told once, when it has come to rest") {
  Rig rig;
  rig.look();
  CHECK_FALSE(rig.pending());
  rig.put("modules/a.json");
  REQUIRE(rig.pending());
  CHECK_FALSE(rig.watch.settled(rig.now + FolderWatch::rest - 1ms));
  rig.now += 150ms;
  rig.put("modules/a.so");
  REQUIRE(rig.pending());
  CHECK_FALSE(rig.watch.settled(rig.now + FolderWatch::rest - 1ms));
  CHECK(rig.watch.settled(rig.now + FolderWatch::rest));
  CHECK_FALSE(rig.watch.settled(rig.now + 1h));
}

TEST_CASE("renames, removals and changed permissions count") {
  Rig rig;
  rig.put("modules/a.json");
  rig.put("b.json");
  rig.look();
  SECTION("renamed in") { fs::rename(rig.root / "b.json", rig.root / "modules/b.json"); }
  SECTION("renamed out") { fs::rename(rig.root / "modules/a.json", rig.root / "c.json"); }
  SECTION("removed") { fs::remove(rig.root / "modules/a.json"); }
  SECTION("chmod") { fs::permissions(rig.root / "modules/a.json", fs::perms::owner_read); }
  CHECK(rig.pending());
}

TEST_CASE("a file that is still being written holds the change back, but not for ever") {
  Rig rig;
  rig.look();
  std::ofstream slow(rig.root / "modules/a.so");
  slow << "half of it" << std::flush;
  rig.put("modules/a.json");
  REQUIRE(rig.pending());
  CHECK_FALSE(rig.watch.settled(rig.now + 9s));
  SECTION("until it is closed") {
    slow.close();
    REQUIRE(rig.pending());
    CHECK(rig.watch.settled(rig.now + FolderWatch::rest));
  }
  SECTION("until its writer seems to have stopped") {
    CHECK(rig.watch.settled(rig.now + FolderWatch::patience));
  }
}

TEST_CASE("a bundle that comes is watched at once") {
  Rig rig;
  rig.look();
  fs::create_directories(rig.root / "modules/acme.b");
  REQUIRE(rig.pending());
  CHECK(rig.watch.settled(rig.now + FolderWatch::rest));
  rig.put("modules/acme.b/acme.b.json");
  CHECK(rig.pending());
}

TEST_CASE("a folder that does not exist yet is noticed when it comes") {
  Rig rig;
  rig.watch.look_at({(rig.root / "later/modules").string()});
  rig.put("unrelated");
  CHECK_FALSE(rig.pending());
  fs::create_directories(rig.root / "later/modules");
  REQUIRE(rig.pending());
  CHECK(rig.watch.settled(rig.now + FolderWatch::rest));
  rig.watch.look_at({(rig.root / "later/modules").string()});
  rig.put("later/modules/a.json");
  CHECK(rig.pending());
}
