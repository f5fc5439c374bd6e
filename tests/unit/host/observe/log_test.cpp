#include "observe/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

using namespace sluice::observe;

namespace {

struct LogFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("sluice-log-" + std::to_string(::getpid()))).string();
  LogFile() { std::filesystem::remove(path); }
  ~LogFile() { std::filesystem::remove(path); }

  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
};

}  // namespace

TEST_CASE("lines below the level are not written, and the level can move") {
  const LogFile file;
  {
    Log log({Level::warn, false, file.path});
    log.info("quiet");
    log.warn("loud", {{"stream", "live/cam"}});
    log.set_level(Level::debug);
    log.debug("now heard");
    log.set_level(Level::off);
    log.error("never");
  }
  const auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  REQUIRE(lines[0].find(" WARN  [host] loud stream=live/cam") != std::string::npos);
  REQUIRE(lines[1].find(" DEBUG [host] now heard") != std::string::npos);
}

TEST_CASE("a flood from one place is held back and told, another place is heard") {
  const LogFile file;
  std::size_t flooded = 0;
  {
    Log log({Level::info, true, file.path});
    for (int i = 0; i < 1000; ++i) log.info("flood", {{"stream", "live/cam"}});
    log.info("elsewhere");
  }
  for (const std::string& line : file.lines()) {
    const auto object = nlohmann::json::parse(line);
    flooded += object["message"] == "flood" ? 1 : 0;
  }
  // A slow machine may need a second or two for the thousand, and then ten more pass in each.
  REQUIRE(flooded >= 10);
  REQUIRE(flooded < 200);
  REQUIRE(file.lines().size() == flooded + 1);
}

TEST_CASE("what the host says of one module holds back nothing it says of another") {
  const LogFile file;
  {
    Log log({Level::info, false, file.path});
    for (int i = 0; i < 15; ++i) {
      for (const char* module : {"rtmp", "http"}) log.info("module state", {{"module", module}});
    }
  }
  const auto lines = file.lines();
  for (const char* module : {"module=rtmp", "module=http"}) {
    const auto told = std::count_if(lines.begin(), lines.end(),
                                    [&](const auto& line) { return line.find(module) != std::string::npos; });
    CHECK(told >= 10);  // more where a second begins in between
  }
}

TEST_CASE("a file that cannot be opened does not silence the log") {
  REQUIRE_NOTHROW(Log({Level::error, false, "/proc/no-folder-here/log"}));
}
