#include "sluice/wire/bit_reader.hpp"

#include <catch2/catch.hpp>

#include "hex.hpp"

using sluice::test::hex;
using sluice::wire::BitReader;

TEST_CASE("BitReader reads fields across byte borders") {
  const auto in = hex("a5 5a ff 00 12 34 56 78 9a bc de f0");
  BitReader r(in);
  CHECK(r.u(0) == 0);
  CHECK(r.u(3) == 5);
  CHECK(r.u(7) == 0b0010101);
  CHECK(r.u(6) == 0b011010);
  CHECK(r.u(16) == 0xff00);
  CHECK(r.u(64) == 0x123456789abcdef0u);
  CHECK(r.ok());
  CHECK(r.left() == 0);
}

TEST_CASE("BitReader Exp-Golomb follows the table of the standard") {
  // 1 | 010 | 011 | 00100 | 00101 | 00110 | 00111 | 0001000
  const auto in = hex("a6 42 98 e2 00");
  BitReader r(in);
  for (uint32_t expected = 0; expected < 8; ++expected) CHECK(r.ue() == expected);
  BitReader s(in);
  for (const int32_t expected : {0, 1, -1, 2, -2, 3, -3, 4}) CHECK(s.se() == expected);
}

TEST_CASE("BitReader Exp-Golomb reaches its largest value and refuses a longer code") {
  const auto largest = hex("00 00 00 01 ff ff ff fe");
  BitReader r(largest);
  CHECK(r.ue() == 0xfffffffe);
  CHECK(r.ok());

  const auto too_long = hex("00 00 00 00 80 00 00 00 00");
  BitReader t(too_long);
  CHECK(t.ue() == 0);
  CHECK_FALSE(t.ok());
}

TEST_CASE("BitReader cannot run off the end") {
  const auto zeros = hex("00");
  BitReader golomb(zeros);
  CHECK(golomb.ue() == 0);
  CHECK_FALSE(golomb.ok());

  const auto cut = hex("01");  // seven zeros promise seven more bits
  BitReader r(cut);
  CHECK(r.ue() == 0);
  CHECK_FALSE(r.ok());
  CHECK(r.u(1) == 0);

  BitReader skipper(zeros);
  skipper.skip(SIZE_MAX);
  CHECK_FALSE(skipper.ok());
  CHECK(skipper.left() == 0);
}

TEST_CASE("BitReader limits refuse what lies above") {
  const auto in = hex("28");  // 00101 = 4
  BitReader fits(in);
  CHECK(fits.ue_up_to(4) == 4);
  CHECK(fits.ok());
  BitReader over(in);
  CHECK(over.ue_up_to(3) == 0);
  CHECK_FALSE(over.ok());
}
