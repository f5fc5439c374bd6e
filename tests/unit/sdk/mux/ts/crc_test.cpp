#include "sluice/mux/ts/crc.hpp"

#include <catch2/catch.hpp>
#include <string_view>

#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("CRC-32/MPEG-2 has its known check value, and is 0 over what ends with it") {
  constexpr std::string_view digits = "123456789";
  const Bytes bytes(digits.begin(), digits.end());
  CHECK(crc32(bytes) == 0x0376e6e7);
  CHECK(crc32(bytes + hex("0376e6e7")) == 0);
  CHECK(crc32(bytes + hex("0376e6e6")) != 0);
  CHECK(crc32({}) == 0xffffffff);
}
