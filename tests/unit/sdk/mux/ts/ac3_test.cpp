#include "sluice/mux/ts/ac3.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("AC-3 headers tell rate, channels and size") {
  struct Case {
    const char* bytes;
    uint32_t rate, channels;
    size_t size;
  };
  for (const Case& c :
       {Case{"0b77 0000 14 40 40", 48000, 2, 768}, Case{"0b77 0000 1c 40 e1", 48000, 6, 1536},
        Case{"0b77 0000 00 40 20", 48000, 1, 128}, Case{"0b77 0000 25 40 40", 48000, 2, 2560},
        Case{"0b77 0000 54 40 40", 44100, 2, 834}, Case{"0b77 0000 55 40 40", 44100, 2, 836},
        Case{"0b77 0000 94 40 40", 32000, 2, 1152}, Case{"0b77 0000 14 48 40", 24000, 2, 768}}) {
    CAPTURE(c.bytes);
    const auto header = parse_ac3_header(hex(c.bytes));
    REQUIRE(header.has_value());
    CHECK(header->sample_rate == c.rate);
    CHECK(header->channels == c.channels);
    CHECK(header->size == c.size);
  }
}

TEST_CASE("AC-3 headers that lie are refused") {
  CHECK(parse_ac3_header(hex("0b77 0000 14 40")).error() == Errc::truncated);
  CHECK(parse_ac3_header(hex("0b76 0000 14 40 40")).error() == Errc::malformed);
  CHECK(parse_ac3_header(hex("0b77 0000 d4 40 40")).error() == Errc::malformed);
  CHECK(parse_ac3_header(hex("0b77 0000 26 40 40")).error() == Errc::malformed);
  CHECK(parse_ac3_header(hex("0b77 0000 14 80 40")).error() == Errc::unsupported);
  survives_truncation_and_damage(hex("0b77 0000 14 40 40"), [](auto in) { (void)parse_ac3_header(in); });
}
