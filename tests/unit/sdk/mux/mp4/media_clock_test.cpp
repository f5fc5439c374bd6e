#include "sluice/mux/mp4/media_clock.hpp"

#include <catch2/catch.hpp>

using namespace sluice::mux::mp4;

TEST_CASE("ticks survive nanoseconds in every usual timescale, for years and before zero") {
  for (const uint32_t timescale : {1u, 25u, 1000u, 12800u, 30000u, 44100u, 48000u, 90000u, 10'000'000u}) {
    CAPTURE(timescale);
    for (const int64_t ticks : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{1001}, int64_t{-77777},
                                int64_t{timescale} * 86400 * 365 * 30 + 1}) {
      CAPTURE(ticks);
      const auto ns = ns_of(ticks, timescale);
      REQUIRE(ns.has_value());
      CHECK(ticks_of(*ns, timescale) == ticks);
    }
  }
}

TEST_CASE("to the nearest, without drift") {
  CHECK(ticks_of(16'666'667, 90000) == 1500);
  CHECK(ticks_of(23'000'000, 44100) == 1014);
  CHECK(ticks_of(-23'000'000, 44100) == -1014);
  int64_t sum = 0;
  for (int64_t frame = 0; frame < 100'000; ++frame)
    sum += ticks_of((frame + 1) * 33'366'667, 90000) - ticks_of(frame * 33'366'667, 90000);
  CHECK(sum == ticks_of(int64_t{100'000} * 33'366'667, 90000));
}

TEST_CASE("times that nanoseconds cannot hold are not given") {
  CHECK_FALSE(ns_of(int64_t{1} << 62, 1));
  CHECK_FALSE(ns_of(-(int64_t{1} << 62), 90000));
  CHECK_FALSE(ns_of(1, 0));
  CHECK(ns_of((int64_t{1} << 62), 0xffffffff));
}
