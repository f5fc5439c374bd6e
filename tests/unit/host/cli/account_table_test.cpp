#include "cli/account_table.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using nlohmann::json;

namespace {

std::string shown(const json& list) {
  std::ostringstream out;
  sluice::cli::show_accounts(out, list);
  return out.str();
}

}  // namespace

TEST_CASE("a row for each generation that ran, nothing for those that did not") {
  CHECK(shown(json::array()).empty());
  CHECK(shown({{{"id", "rtmp"}, {"state", "refused"}}}).empty());
  const json account = {{"cpu_ms", 65'043},
                        {"wakeups", 12},
                        {"late", 3},
                        {"away_ms", 2'500},
                        {"inbox", 1},
                        {"inbox_highest", 44},
                        {"frames_held", 17},
                        {"bytes_held", 1'500'000},
                        {"frames_retained", 8},
                        {"bytes_retained", 2'000},
                        {"stream_bytes", 4096},
                        {"skipped_frames", 5},
                        {"dropped_frames", 6},
                        {"connections", 7},
                        {"lanes", json::array({json::object(), json::object()})}};
  json earlier = account;
  earlier["cpu_ms"] = 999;
  const json generations = {{{"generation", 2}, {"account", account}},
                            {{"generation", 1}, {"account", earlier}}};
  const auto text = shown({{{"id", "rtmp"}, {"generations", generations}},
                           {{"id", "auth"}, {"generations", {{{"generation", 1}}}}}});
  const auto row = text.substr(text.find("rtmp"));
  CHECK_THAT(text, Catch::Contains("CONNECTIONS"));
  CHECK_THAT(text, Catch::Contains("\nrtmp  1    2      0.99 s"));
  for (const char* cell : {"2  ", "65.04 s", "12 ", "3, now 2.50 s", "1 of at most 44", "17, 1.5 MB",
                           "8, 2.0 kB", "4.1 kB", "5 ", "6 ", "7\n"}) {
    CAPTURE(cell);
    CHECK(row.find(cell) != std::string::npos);
  }
  CHECK(text.find("auth") == std::string::npos);
}
