#include "sluice/wire/byte_writer.hpp"

#include <catch2/catch.hpp>

#include "hex.hpp"

using sluice::test::hex;

TEST_CASE("ByteWriter writes every width in both orders") {
  std::vector<uint8_t> out;
  sluice::wire::ByteWriter w(out);
  w.u8(0x101);
  w.u16be(0x0203);
  w.u24be(0x040506);
  w.u32be(0x0708090a);
  w.u64be(0x0102030405060708);
  w.f64be(1.0);
  w.u16le(0x0102);
  w.u32le(0x01020304);
  w.text("ab");
  w.bytes(hex("ff"));
  CHECK(out == hex("01 0203 040506 0708090a 0102030405060708 3ff0000000000000 0201 04030201 6162 ff"));
}

TEST_CASE("store_be fills exactly its bytes") {
  auto out = hex("ee ee ee ee ee");
  sluice::wire::store_be<3>(out.data() + 1, 0xff010203);
  CHECK(out == hex("ee 01 02 03 ee"));
}
