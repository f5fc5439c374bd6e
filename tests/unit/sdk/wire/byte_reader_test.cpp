#include "sluice/wire/byte_reader.hpp"

#include <catch2/catch.hpp>

#include "hex.hpp"

using sluice::test::hex;
using sluice::wire::ByteReader;

TEST_CASE("ByteReader reads every width in both orders") {
  const auto in =
      hex("01 0203 040506 0708090a 0102030405060708 3ff0000000000000 0102 01020304 ffffff 7fffff 800000");
  ByteReader r(in);
  CHECK(r.u8() == 1);
  CHECK(r.u16be() == 0x0203);
  CHECK(r.u24be() == 0x040506);
  CHECK(r.u32be() == 0x0708090a);
  CHECK(r.u64be() == 0x0102030405060708u);
  CHECK(r.f64be() == 1.0);
  CHECK(r.u16le() == 0x0201);
  CHECK(r.u32le() == 0x04030201);
  CHECK(r.s24be() == -1);
  CHECK(r.s24be() == 0x7fffff);
  CHECK(r.s24be() == -0x800000);
  CHECK(r.at_end());
  CHECK(r.ok());
}

TEST_CASE("ByteReader past the end is zero, empty and failed for good") {
  const auto in = hex("aabb");
  ByteReader r(in);
  CHECK(r.u24be() == 0);
  CHECK_FALSE(r.ok());
  CHECK(r.u8() == 0);
  CHECK(r.bytes(1).empty());
  CHECK(r.bytes(0).empty());
  CHECK(r.text(1).empty());
  CHECK(r.left() == 0);
  CHECK_FALSE(r.ok());
}

TEST_CASE("ByteReader refuses counts near the top of size_t") {
  const auto in = hex("aabbcc");
  ByteReader r(in);
  r.skip(1);
  CHECK(r.bytes(SIZE_MAX).empty());
  CHECK_FALSE(r.ok());
}

TEST_CASE("ByteReader slices point into the input") {
  const auto in = hex("aabbcc");
  ByteReader r(in);
  CHECK(r.peek() == 0xaa);
  CHECK(r.bytes(2).data() == in.data());
  CHECK(r.position() == 2);
  CHECK(r.rest().size() == 1);
  CHECK(r.peek() == 0);
  CHECK(r.ok());
}
