#include "modules/crash_log.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sluice::modules;
using namespace std::chrono_literals;

namespace {

const std::string one(64, 'a'), two(64, 'b');

struct File {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("sluice-crashes-" + std::to_string(::getpid()));
  explicit File(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  ~File() { std::filesystem::remove(path); }
};

std::string line(std::int64_t at, const std::string& library, const std::string& id) {
  return std::to_string(at) + " 11 " + library + " " + id + "\n";
}

}  // namespace

TEST_CASE("crashes are read as they were written; what is none is passed over") {
  CHECK(read_crashes("/nowhere/at/all").empty());
  const File file(line(100, one, "acme.cam") + "\n\xff\xfe garbage\n99 11 short acme.cam\n-5 11 " + one +
                  " x\n" + line(200, two, "rtmp") + "300 6 " + one);
  const auto crashes = read_crashes(file.path);
  REQUIRE(crashes.size() == 2);
  CHECK(crashes[0].at == 100);
  CHECK(crashes[0].signal == SIGSEGV);
  CHECK(crashes[0].library == one);
  CHECK(crashes[1].id == "rtmp");
}

TEST_CASE("of a file without end the newest are read") {
  std::string text;
  for (int i = 1; i <= 5000; ++i) text += line(i, one, "acme.cam");
  const File file(text);
  const auto crashes = read_crashes(file.path);
  CHECK(crashes.size() > 100);
  CHECK(crashes.size() < 1000);
  CHECK(crashes.back().at == 5000);
}

TEST_CASE("one module's crashes are forgotten, the others' stay") {
  const File file(line(1, one, "acme.cam") + line(2, two, "rtmp") + line(3, one, "acme.cam"));
  CHECK(forget_crashes(file.path, "acme.cam"));
  const auto crashes = read_crashes(file.path);
  REQUIRE(crashes.size() == 1);
  CHECK(crashes[0].id == "rtmp");
  CHECK_FALSE(forget_crashes("/nowhere/at/all", "rtmp"));
}

TEST_CASE("three of one build within an hour are too many") {
  std::vector<Crash> crashes{{1000, SIGSEGV, one, "x"}, {1500, SIGABRT, two, "x"}, {2000, SIGSEGV, one, "x"}};
  CHECK(quarantine_reason(crashes, one, 2100).empty());
  crashes.push_back({2200, SIGBUS, one, "x"});
  CHECK(quarantine_reason(crashes, one, 2300) ==
        "its code ended the server 3 times within an hour, last by SIGBUS");
  CHECK(quarantine_reason(crashes, two, 2300).empty());
  CHECK(quarantine_reason(crashes, one, 1000 + 3601).empty());  // the first is too long ago
  CHECK(quarantine_reason(crashes, one, 2100).empty());         // a clock that was set back
  CHECK_FALSE(quarantine_reason(crashes, one, 2300, {.most = 2, .within = 300s}).empty());
}
