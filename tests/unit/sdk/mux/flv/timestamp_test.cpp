#include "sluice/mux/flv/timestamp.hpp"

#include <catch2/catch.hpp>

#include "sluice/wire/unroll32.hpp"

using namespace sluice::mux::flv;

TEST_CASE("nanoseconds become milliseconds, rounded down on both sides of zero") {
  CHECK(to_ms(0) == 0);
  CHECK(to_ms(999'999) == 0);
  CHECK(to_ms(1'000'000) == 1);
  CHECK(to_ms(-1) == -1);
  CHECK(to_ms(-1'000'000) == -1);
  CHECK(to_ms(-1'000'001) == -2);
}

TEST_CASE("timestamps wrap after 2^32 ms, and a reader goes on over the wrap") {
  constexpr int64_t wrap = int64_t{1} << 32;
  sluice::wire::Unroll32 reader;
  for (int64_t ms = wrap - 100; ms < wrap + 100; ms += 40) {
    CHECK(to_timestamp(ms * ns_per_ms) == static_cast<uint32_t>(ms));
    CHECK(reader.unroll(to_timestamp(ms * ns_per_ms)) == ms);
  }
}
