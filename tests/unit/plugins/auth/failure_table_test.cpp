#include "auth/failure_table.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::auth;
using namespace std::chrono_literals;

namespace {

Address address(const std::string& text) { return Address::parse(text).value(); }

bool fail_times(FailureTable& table, const Address& who, int times, FailureTable::Time now) {
  bool blocked = false;
  for (int i = 0; i < times; ++i) blocked = table.count_failure(who, now);
  return blocked;
}

}  // namespace

TEST_CASE("the tenth failure within a minute blocks for a minute", "[auth]") {
  FailureTable table;
  const Address who = address("192.0.2.7");
  CHECK_FALSE(fail_times(table, who, 9, 100s));
  CHECK_FALSE(table.is_blocked(who, 100s));
  CHECK(table.count_failure(who, 101s));
  CHECK(table.is_blocked(who, 101s));
  CHECK(table.is_blocked(who, 160s));
  CHECK_FALSE(table.is_blocked(who, 161s));
  CHECK_FALSE(table.is_blocked(address("192.0.2.8"), 101s));
  CHECK_FALSE(table.count_failure(who, 162s));  // a new minute
}

TEST_CASE("ten failures over more than a minute are a clumsy user", "[auth]") {
  FailureTable table;
  const Address who = address("192.0.2.7");
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(table.count_failure(who, 7s * i));  // ten last 63 s
  CHECK_FALSE(table.is_blocked(who, 7s * 999));
  fail_times(table, who, 9, 7s * 999);
  CHECK(table.is_blocked(who, 7s * 999));
}

TEST_CASE("the window slides", "[auth]") {
  FailureTable table;
  const Address who = address("192.0.2.7");
  table.count_failure(who, 0s);
  CHECK_FALSE(fail_times(table, who, 8, 59s));
  CHECK_FALSE(table.count_failure(who, 61s));  // the first is out
  CHECK(table.count_failure(who, 62s));
}

TEST_CASE("a /64 of IPv6 is one, mapped IPv4 is itself", "[auth]") {
  FailureTable table;
  for (int i = 0; i < 10; ++i) table.count_failure(address("2001:db8:0:1::" + std::to_string(i)), 1s);
  CHECK(table.is_blocked(address("2001:db8:0:1:ffff::1"), 2s));
  CHECK_FALSE(table.is_blocked(address("2001:db8:0:2::1"), 2s));
  fail_times(table, address("::ffff:192.0.2.7"), 10, 1s);
  CHECK(table.is_blocked(address("192.0.2.7"), 2s));
  CHECK_FALSE(table.is_blocked(address("192.0.2.8"), 2s));
}

TEST_CASE("the table keeps its bound and forgets who failed longest ago", "[auth]") {
  FailureTable table;
  const auto nth = [](unsigned i) {
    return address("10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
                   std::to_string(i & 255));
  };
  fail_times(table, nth(0), 10, 1s);
  fail_times(table, nth(1), 10, 1s);
  for (unsigned i = 2; i < FailureTable::rows; ++i) table.count_failure(nth(i), 2s);
  CHECK(table.size() == FailureTable::rows);
  table.count_failure(nth(0), 3s);
  for (unsigned i = 0; i < 100; ++i) table.count_failure(nth(100'000 + i), 3s);
  CHECK(table.size() == FailureTable::rows);
  CHECK(table.is_blocked(nth(0), 3s));
  CHECK_FALSE(table.is_blocked(nth(1), 3s));
}
