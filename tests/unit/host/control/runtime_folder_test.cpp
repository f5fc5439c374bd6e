#include "control/runtime_folder.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "temporary_folder.hpp"

using namespace sluice::control;
namespace fs = std::filesystem;

namespace {

void touch(const fs::path& path) { std::ofstream(path) << "x"; }

Place place_in(const fs::path& root) {
  Place place;
  place.uid = ::geteuid();
  place.run = root / "run";
  place.tmp = root / "tmp";
  place.var_tmp = root / "var-tmp";
  if (place.uid != 0) place.xdg_runtime_dir = place.run;
  for (const auto& folder : {place.run, place.tmp, place.var_tmp}) fs::create_directory(folder);
  return place;
}

// A leftover as a killed server leaves it: made by a child that dies without cleaning up.
void leave_behind(const fs::path& base, int pid) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto folder = RuntimeFolder::make(base, pid);
    if (folder) touch(folder->socket());
    ::_exit(folder ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(status == 0);
}

}  // namespace

TEST_CASE("a server's folder is private, and gone with it") {
  const TemporaryFolder root;
  const fs::path base = root.path / "sluice";
  fs::path path;
  {
    auto folder = RuntimeFolder::make(base, 4711);
    REQUIRE(folder.has_value());
    path = folder->path();
    REQUIRE(path == base / "4711");
    REQUIRE(folder->socket() == base / "4711" / "control.sock");
    struct stat facts{};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    REQUIRE((facts.st_mode & 07777) == 0700);
    REQUIRE(::stat(base.c_str(), &facts) == 0);
    REQUIRE((facts.st_mode & 07777) == 0700);
    fs::create_directories(path / "modules" / "x");
  }
  REQUIRE_FALSE(fs::exists(path));
}

TEST_CASE("only living servers with a socket are found") {
  const TemporaryFolder root;
  const fs::path base = root.path / "sluice";
  REQUIRE(running_servers(base).empty());
  auto alive = RuntimeFolder::make(base, 20);
  auto other = RuntimeFolder::make(base, 3);
  auto staging_only = RuntimeFolder::make(base, 4);
  REQUIRE((alive && other && staging_only));
  touch(alive->socket());
  touch(other->socket());
  fs::create_directories(base / "99");  // without a lock
  fs::create_directories(base / "not-a-number");
  const auto servers = running_servers(base);
  REQUIRE(servers.size() == 2);
  REQUIRE(servers[0].pid == 3);
  REQUIRE(servers[1].pid == 20);
  REQUIRE(servers[1].socket == base / "20" / "control.sock");
}

TEST_CASE("leftovers of dead servers are ignored, and removed by the next one, whoever has their pid now") {
  const TemporaryFolder root;
  const fs::path base = root.path / "sluice";
  leave_behind(base, 1);  // pid 1 lives, but is not that server
  leave_behind(base, 4711);
  REQUIRE(fs::exists(base / "4711" / "control.sock"));
  REQUIRE(running_servers(base).empty());
  auto folder = RuntimeFolder::make(base, 4711);  // the same pid again
  REQUIRE(folder.has_value());
  REQUIRE(folder->path() == base / "4711");
  REQUIRE_FALSE(fs::exists(folder->socket()));
  REQUIRE_FALSE(fs::exists(base / "1"));
}

TEST_CASE("a living server of the same number, in another pid namespace, is left alone") {
  const TemporaryFolder root;
  auto first = RuntimeFolder::make(root.path, 7);
  auto second = RuntimeFolder::make(root.path, 7);
  REQUIRE((first && second));
  REQUIRE(second->path() == root.path / "7-2");
  REQUIRE(remove_dead(root.path) == 0);
  touch(second->socket());
  REQUIRE(running_servers(root.path).size() == 1);
  REQUIRE(running_servers(root.path)[0].pid == 7);
}

TEST_CASE("what is not a server's folder is not touched") {
  const TemporaryFolder root;
  fs::create_directories(root.path / "notes");
  touch(root.path / "12");  // a file
  fs::create_directories(root.path / "elsewhere");
  fs::create_directory_symlink(root.path / "elsewhere", root.path / "13");
  REQUIRE(remove_dead(root.path) == 0);
  REQUIRE(fs::exists(root.path / "notes"));
  REQUIRE(fs::exists(root.path / "12"));
  REQUIRE(fs::is_symlink(root.path / "13"));
  REQUIRE(remove_dead(root.path / "absent") == 0);
}

TEST_CASE("a base that is a link or a file is refused, the next place is taken") {
  const TemporaryFolder root;
  const Place place = place_in(root.path);
  const fs::path first = place.folders().front();
  fs::create_directory(root.path / "trap");
  fs::create_directory_symlink(root.path / "trap", first);
  const auto refused = RuntimeFolder::make(first, 5);
  REQUIRE(refused.has_error());
  REQUIRE(refused.error().code == Errc::folder);
  REQUIRE(refused.error().text.find("not a folder") != std::string::npos);
  auto taken = RuntimeFolder::make(place, 5);
  REQUIRE(taken.has_value());
  REQUIRE(taken->path() == place.folders()[1] / "5");
}

TEST_CASE("a base that is open to others is closed") {
  const TemporaryFolder root;
  const fs::path base = root.path / "sluice";
  fs::create_directory(base);
  fs::permissions(base, fs::perms::all);
  REQUIRE(RuntimeFolder::make(base, 5).has_value());
  REQUIRE(fs::status(base).permissions() == fs::perms::owner_all);
}

TEST_CASE("where the folders are") {
  Place place;
  REQUIRE(place.folders().front() == "/run/sluice");
  place.uid = 1000;
  REQUIRE(place.folders().front() == "/tmp/sluice-1000");
  place.xdg_runtime_dir = "/run/user/1000";
  REQUIRE(place.folders().front() == "/run/user/1000/sluice");
  place.chosen = "/srv/mine";
  REQUIRE(place.folders() == std::vector<fs::path>{"/srv/mine"});
}
