#include "cli/table.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace sluice::cli;

TEST_CASE("columns are aligned and the last one is not padded") {
  Table table({"NAME", "N", "LAST"});
  REQUIRE(table.empty());
  table.row({"caf\xc3\xa9", "100", "x"});
  table.row({"a-long-name", "", "y"});
  std::ostringstream out;
  table.print(out);
  REQUIRE(out.str() ==
          "NAME         N    LAST\n"
          "caf\xc3\xa9         100  x\n"
          "a-long-name  -    y\n");
}

TEST_CASE("a cell cannot steer the terminal or break the row") {
  Table table({"NAME"});
  table.row({"a\n\x1b[2Jb", "too many"});
  std::ostringstream out;
  table.print(out);
  REQUIRE(out.str() == "NAME\na\\n\\x1b[2Jb\n");
}

TEST_CASE("sizes, rates and ages for people") {
  REQUIRE(short_bytes(0) == "0 B");
  REQUIRE(short_bytes(999) == "999 B");
  REQUIRE(short_bytes(1000) == "1.0 kB");
  REQUIRE(short_bytes(12'345'678) == "12.3 MB");
  REQUIRE(short_bytes(999'999) == "1.0 MB");
  REQUIRE(short_bits(2'100'000) == "2.1 Mbit/s");
  REQUIRE(short_bits(123'400'000) == "123 Mbit/s");
  REQUIRE(short_age(std::chrono::seconds(0)) == "0s");
  REQUIRE(short_age(std::chrono::seconds(725)) == "12m 05s");
  REQUIRE(short_age(std::chrono::seconds(3600 * 3 + 60 * 7)) == "3h 07m");
  REQUIRE(short_age(std::chrono::seconds(86400 + 7200)) == "1d 02h");
}
