#include "modules/ownership.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

std::string finding(const std::string& path) {
  const auto owned = check_ownership(path, ::geteuid());
  return owned ? "" : owned.error().rule + " " + owned.error().path + ": " + owned.error().finding;
}

}  // namespace

TEST_CASE("a path that only its owner can change passes, a temporary folder of root above it too") {
  ModuleFolder folder;
  CHECK(finding(folder.write("sub/a.so", "x")).empty());
}

TEST_CASE("what others could write is refused, file or folder") {
  ModuleFolder folder;
  const std::string file = folder.write("sub/a.so", "x");
  ::chmod(file.c_str(), 0664);
  CHECK(finding(file).find("SL-SEC-001 " + file + ": file is writable by its group: mode 0664") == 0);
  ::chmod(file.c_str(), 0602);
  CHECK(finding(file).find("writable by everybody") != std::string::npos);
  ::chmod(file.c_str(), 0600);
  ::chmod(folder.at("sub").c_str(), 0777);
  CHECK(finding(file).find("SL-SEC-001 " + folder.at("sub") +
                           ": folder is writable by everybody: mode 0777") == 0);
  const auto told = check_ownership(file, ::geteuid());
  CHECK(told.error().remedy == "chmod go-w '" + folder.at("sub") + "'");
  // Sticky counts only where root owns the folder.
  ::chmod(folder.at("sub").c_str(), 01777);
  CHECK(finding(file).empty() == (::geteuid() == 0));
}

TEST_CASE("what another user owns is refused") {
  ModuleFolder folder;
  const std::string file = folder.write("a.so", "x");
  if (::geteuid() == 0) {
    REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
    CHECK(finding(file).find("file belongs to user 12345") != std::string::npos);
  } else {
    CHECK_FALSE(check_ownership(file, ::geteuid() + 1));
  }
}

TEST_CASE("links are followed to what they lead to") {
  ModuleFolder folder;
  const std::string file = folder.write("open/a.so", "x");
  REQUIRE(::symlink("open", folder.at("link").c_str()) == 0);
  CHECK(finding(folder.at("link/a.so")).empty());
  ::chmod(folder.at("open").c_str(), 0777);
  CHECK(finding(folder.at("link/a.so")).find(folder.at("open") + ":") != std::string::npos);
  CHECK_FALSE(finding(folder.at("absent")).empty());
  CHECK_FALSE(finding("relative/path").empty());
}
