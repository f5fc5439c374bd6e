#include "sluice/mux/ts/annexb.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

std::vector<Bytes> walk(const char* text, size_t stray = 0) {
  const auto stream = hex(text);
  AnnexBWalk units(stream);
  CHECK(units.stray() == stray);
  std::vector<Bytes> out;
  while (const auto nal = units.next()) out.emplace_back(nal->begin(), nal->end());
  return out;
}

using Units = std::vector<Bytes>;

}  // namespace

TEST_CASE("units are found between start codes of three and four bytes, without zeros around them") {
  CHECK(walk("000001 65aa") == Units{hex("65aa")});
  CHECK(walk("00000001 65aa 00000001 41bb 000001 06") == Units{hex("65aa"), hex("41bb"), hex("06")});
  CHECK(walk("0000000000 000001 65aa 0000000000 000001 41 0000") == Units{hex("65aa"), hex("41")});
  CHECK(walk("000001 6500000301 000001 41") == Units{hex("6500000301"), hex("41")});
  CHECK(walk("000001 000001 000001 41") == Units{hex("41")});
}

TEST_CASE("what is not a byte stream gives nothing") {
  CHECK(walk("").empty());
  CHECK(walk("000000").empty());
  CHECK(walk("0001", 2).empty());
  CHECK(walk("000001").empty());
  CHECK(walk("010203", 3).empty());
  CHECK(walk("aabb 000001 41", 2) == Units{hex("41")});
  survives_truncation_and_damage(hex("00000001 65aa 00000001 41bb 000001 06"), [](auto in) {
    AnnexBWalk units(in);
    while (units.next()) {
    }
  });
}

TEST_CASE("lengths go in front") {
  Bytes out = hex("aa");
  append_length_prefixed(out, hex("010203"));
  append_length_prefixed(out, {});
  CHECK(out == hex("aa 00000003 010203 00000000"));
}
