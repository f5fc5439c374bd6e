#include "abi/report_abi.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "abi/seat.hpp"
#include "observe/host_report.hpp"

using namespace sluice;

TEST_CASE("a report is told as text, and how much room it takes") {
  observe::HostReport report;
  Seat seat;
  const auto& table = abi::report_table();
  std::string room(64, '\0');
  sluice_text text{room.data(), room.size(), 9};
  CHECK(table.health(&seat, &text) == SLUICE_STATUS_NOT_SUPPORTED);  // a host without one
  CHECK(text.size == 0);
  seat.host.report = &report;
  CHECK(table.metrics(&seat, &text) == SLUICE_STATUS_NOT_SUPPORTED);  // or without this part

  report.health = [] { return nlohmann::json{{"ready", true}}; };
  REQUIRE(table.health(&seat, &text) == SLUICE_STATUS_OK);
  CHECK(room.substr(0, text.size) == R"({"ready":true})");
  text.capacity = 3;
  CHECK(table.health(&seat, &text) == SLUICE_STATUS_LIMIT);
  CHECK(text.size == 14);

  report.metrics = [] {
    return nlohmann::json::array({"\xff"});
  };  // what a module called itself may be no text
  text.capacity = room.size();
  CHECK(table.metrics(&seat, &text) == SLUICE_STATUS_OK);
  CHECK(table.health(nullptr, &text) == SLUICE_STATUS_ARGUMENT);
  CHECK(table.health(&seat, nullptr) == SLUICE_STATUS_ARGUMENT);
}
