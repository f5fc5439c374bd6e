#include "sluice/wire/unroll32.hpp"

#include <catch2/catch.hpp>

TEST_CASE("Unroll32 goes on over the wrap, both ways") {
  sluice::wire::Unroll32 clock;
  CHECK(clock.unroll(0xfffffff0u) == 0xfffffff0);
  CHECK(clock.unroll(0x10u) == 0x100000010);
  CHECK(clock.unroll(0xfffffffeu) == 0xfffffffe);
  CHECK(clock.unroll(5) == 0x100000005);
}

TEST_CASE("Unroll32 keeps a step back a step back") {
  sluice::wire::Unroll32 clock;
  CHECK(clock.unroll(10'000) == 10'000);
  CHECK(clock.unroll(9'000) == 9'000);
  CHECK(clock.unroll(0) == 0);
  CHECK(clock.unroll(0xffffffffu) == -1);
  CHECK(clock.unroll(40) == 40);
}

TEST_CASE("Unroll32 stays exact over many wraps") {
  sluice::wire::Unroll32 clock;
  int64_t truth = 7;
  for (int i = 0; i < 100; ++i, truth += 0x50000000)
    REQUIRE(clock.unroll(static_cast<uint32_t>(truth)) == truth);
}
