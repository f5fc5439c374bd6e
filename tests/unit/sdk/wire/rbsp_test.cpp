#include "sluice/wire/rbsp.hpp"

#include <catch2/catch.hpp>

#include "hex.hpp"

using sluice::test::hex;

TEST_CASE("unescape_rbsp removes emulation prevention bytes only") {
  struct Case {
    const char* in;
    const char* out;
  };
  for (const Case& c :
       {Case{"", ""}, Case{"00 00 03 01", "00 00 01"}, Case{"00 00 03 00 00 03 00", "00 00 00 00 00"},
        Case{"00 03 00 03", "00 03 00 03"}, Case{"00 00 03", "00 00"}, Case{"00 00 03 03", "00 00 03"},
        Case{"67 42 00 00 03 00", "67 42 00 00 00"}}) {
    CAPTURE(c.in);
    CHECK(sluice::wire::unescape_rbsp(hex(c.in)) == hex(c.out));
  }
}
