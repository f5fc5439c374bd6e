#include "observe/log_throttle.hpp"

#include <catch2/catch.hpp>

using sluice::observe::LogThrottle;
using namespace std::chrono_literals;

namespace {

const LogThrottle::TimePoint start{};

unsigned admitted(LogThrottle& throttle, std::string_view site, std::string_view stream, unsigned lines,
                  LogThrottle::TimePoint now) {
  unsigned written = 0;
  for (unsigned i = 0; i < lines; ++i) written += throttle.admit(site, stream, 2, now).write ? 1 : 0;
  return written;
}

}  // namespace

TEST_CASE("ten lines a second pass, the rest is counted and told with the next line") {
  LogThrottle throttle;
  REQUIRE(admitted(throttle, "a.cpp:1", "live/cam", 35, start) == 10);
  const auto next = throttle.admit("a.cpp:1", "live/cam", 2, start + 1s);
  REQUIRE(next.write);
  REQUIRE(next.held_back == 25);
  REQUIRE(throttle.admit("a.cpp:1", "live/cam", 2, start + 1s).held_back == 0);
}

TEST_CASE("sites and streams do not hold each other back") {
  LogThrottle throttle;
  REQUIRE(admitted(throttle, "a.cpp:1", "live/one", 20, start) == 10);
  REQUIRE(admitted(throttle, "a.cpp:1", "live/two", 20, start) == 10);
  REQUIRE(admitted(throttle, "b.cpp:1", "live/one", 20, start) == 10);
}

TEST_CASE("a second begins with its first line, not before") {
  LogThrottle throttle;
  REQUIRE(admitted(throttle, "a", "", 12, start + 900ms) == 10);
  REQUIRE(admitted(throttle, "a", "", 1, start + 1899ms) == 0);
  REQUIRE(admitted(throttle, "a", "", 12, start + 1900ms) == 10);
}

TEST_CASE("counts are told once, when their second is over, with the highest level") {
  LogThrottle throttle;
  admitted(throttle, "a", "live/cam", 12, start);
  throttle.admit("a", "live/cam", 4, start);
  REQUIRE(throttle.take_counts(start + 999ms).empty());
  const auto counts = throttle.take_counts(start + 1s);
  REQUIRE(counts.size() == 1);
  REQUIRE(counts[0].site == "a");
  REQUIRE(counts[0].stream == "live/cam");
  REQUIRE(counts[0].held_back == 3);
  REQUIRE(counts[0].level == 4);
  REQUIRE(throttle.take_counts(start + 2s).empty());
}

TEST_CASE("a peer that invents stream names cannot make the table grow, nor flood the log") {
  LogThrottle throttle;
  unsigned written = 0;
  for (int i = 0; i < 5000; ++i) written += admitted(throttle, "a", "live/" + std::to_string(i), 1, start);
  REQUIRE(written <= LogThrottle::capacity + 10);
  std::uint64_t held_back = 0;
  for (const auto& count : throttle.take_counts(start + 1s)) held_back += count.held_back;
  REQUIRE(written + held_back == 5000);
  // Once the quiet ones were forgotten there is room again.
  REQUIRE(admitted(throttle, "a", "live/later", 20, start + 1s) == 10);
}
