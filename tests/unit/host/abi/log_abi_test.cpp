#include "abi/log_abi.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "abi/seat.hpp"
#include "observe/log.hpp"

using namespace sluice;

namespace {

struct Desk {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("sluice-log-abi-" + std::to_string(::getpid()))).string();
  observe::Log log;
  Seat seat;

  explicit Desk(observe::Level host) : log({.level = host, .json = false, .file = file}) {
    seat.id = "acme";
    seat.host.log = &log;
  }
  ~Desk() { std::filesystem::remove(file); }

  void level(std::string_view name) { seat.log_level = abi::seat_log_level(name); }

  // The levels it may speak at, and does: "234" are info, warn and error.
  std::string heard() {
    std::string levels;
    for (std::uint32_t level = SLUICE_LOG_TRACE; level <= SLUICE_LOG_ERROR; ++level) {
      const std::string line = "line-" + std::to_string(++lines_);
      abi::log_table().write(&seat, level, nullptr, {line.data(), line.size()}, nullptr, 0);
      log.flush_counts();
      std::ifstream in(file);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      const bool written = text.find("[acme] " + line + '\n') != std::string::npos;
      CHECK(written == (abi::log_table().enabled(&seat, level) == 1));
      if (written) levels += std::to_string(level);
    }
    return levels;
  }

 private:
  int lines_ = 0;
};

}  // namespace

TEST_CASE("a module without a level of its own speaks at the host's") {
  Desk desk(observe::Level::warn);
  CHECK(desk.heard() == "34");
  desk.log.set_level(observe::Level::trace);
  desk.level("");
  CHECK(desk.heard() == "01234");
}

TEST_CASE("its own level stands for the host's, up and down") {
  Desk desk(observe::Level::info);
  desk.level("debug");
  CHECK(desk.heard() == "1234");
  desk.level("error");
  CHECK(desk.heard() == "4");
  desk.level("off");
  CHECK(desk.heard().empty());
  CHECK(abi::log_table().enabled(&desk.seat, 99) == 0);
  desk.level("trace");
  CHECK(abi::log_table().enabled(&desk.seat, 99) == 1);
}
