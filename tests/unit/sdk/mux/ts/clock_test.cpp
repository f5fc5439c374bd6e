#include "sluice/mux/ts/clock.hpp"

#include <catch2/catch.hpp>

using namespace sluice::mux::ts;

TEST_CASE("ticks come back from ns as they went, below zero too") {
  for (const int64_t ticks :
       {0l, 1l, -1l, 3003l, -3003l, 8589934591l, 8589934592l, -8589934592l, 123456789012l})
    CHECK(ticks_of_ns(ns_of_ticks(ticks)) == ticks);
  CHECK(ticks_of_ns(1'000'000'000) == 90'000);
  CHECK(ticks_of_ns(5'555) == 0);
  CHECK(ticks_of_ns(5'556) == 1);
  CHECK(ticks_of_ns(-1'000'000'000) == -90'000);
}

TEST_CASE("what stands in a packet has wrapped") {
  CHECK(timestamp_of_ns(0) == 0);
  CHECK(timestamp_of_ns(-1'000'000'000) == clock_wrap - 90'000);
  CHECK(timestamp_of_ns(ns_of_ticks(static_cast<int64_t>(clock_wrap) + 7)) == 7);
  CHECK(pcr_of_ns(1'000'000'000) == 27'000'000);
  CHECK(pcr_of_ns(1) == 0);
  CHECK(pcr_of_ns(1'000) == 27);
  CHECK(pcr_of_ns(-1'000) == pcr_wrap - 27);
}

TEST_CASE("timestamps unroll to the nearest, forward and back") {
  Unroll33 clock;
  CHECK(clock.unroll(clock_wrap - 10) == static_cast<int64_t>(clock_wrap) - 10);
  CHECK(clock.near(5) == static_cast<int64_t>(clock_wrap) + 5);
  CHECK(clock.unroll(5) == static_cast<int64_t>(clock_wrap) + 5);
  CHECK(clock.unroll(clock_wrap - 3) == static_cast<int64_t>(clock_wrap) - 3);
  CHECK(clock.unroll(90'000) == static_cast<int64_t>(clock_wrap) + 90'000);
  CHECK(clock.unroll(90'000 + clock_wrap / 2 - 1) ==
        static_cast<int64_t>(clock_wrap + clock_wrap / 2) + 89'999);
  CHECK(clock.unroll(0) == static_cast<int64_t>(2 * clock_wrap));
}
