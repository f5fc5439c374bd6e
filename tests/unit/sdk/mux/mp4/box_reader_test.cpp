#include "sluice/mux/mp4/box_reader.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"
#include "sluice/mux/mp4/box_writer.hpp"

using namespace sluice::mux::mp4;
using sluice::test::Bytes;
using sluice::test::hex;

TEST_CASE("boxes inside one another get their sizes") {
  Bytes out;
  BoxWriter writer(out);
  {
    const auto outer = writer.box("moof");
    const auto inner = writer.full_box("mfhd", 1, 0x020304);
    writer.u32(7);
  }
  CHECK(out == hex("00000018 6d6f6f66 00000010 6d666864 01020304 00000007"));
  BoxWalk walk(out);
  const auto box = walk.next();
  REQUIRE(box);
  CHECK(box->type == box_type("moof"));
  REQUIRE(find_box(box->body, box_type("mfhd")));
  CHECK_FALSE(find_box(box->body, box_type("traf")));
  CHECK_FALSE(walk.next());
  CHECK(walk.ok());
}

TEST_CASE("a size of 64 bits, and one that reaches to the end") {
  const Bytes large = hex("00000001 66726565 0000000000000011 aa"), last = hex("00000000 66726565 aabb");
  CHECK(BoxWalk(large).next()->body.size() == 1);
  CHECK(BoxWalk(last).next()->body.size() == 2);
}

TEST_CASE("sizes that lie end the walk") {
  for (const char* bytes :
       {"00000007 66726565", "00000009 66726565", "00000001 66726565 000000000000000f",
        "00000001 66726565 ffffffffffffffff", "00000001 66726565", "000000", "ffffffff 66726565 00"}) {
    CAPTURE(bytes);
    const Bytes in = hex(bytes);
    BoxWalk walk(in);
    CHECK_FALSE(walk.next());
    CHECK_FALSE(walk.ok());
  }
}
