#include "sluice/mux/ts/adts.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("ADTS says what the AudioSpecificConfig says") {
  const auto header = make_adts(hex("1190"));
  REQUIRE(header.has_value());
  const auto sized = adts_for(*header, 364);
  REQUIRE(sized.has_value());
  CHECK(Bytes(sized->begin(), sized->end()) == hex("fff14c802e7ffc"));
  for (const char* config : {"1190", "1210", "0a08", "1588", "13b8", "22a8"}) {
    CAPTURE(config);
    for (const size_t size : {size_t{1}, size_t{1000}, adts_max_unit}) {
      const auto whole = adts_for(*make_adts(hex(config)), size);
      REQUIRE(whole.has_value());
      const auto frame = parse_adts(*whole);
      REQUIRE(frame.has_value());
      CHECK(frame->size == size + adts_size);
      CHECK(frame->header_size == adts_size);
      CHECK(Bytes(frame->config.begin(), frame->config.end()) == hex(config));
    }
  }
  CHECK(adts_for(*header, adts_max_unit + 1).error() == Errc::beyond_limits);
}

TEST_CASE("SBR goes unsaid: the header is that of the core") {
  const auto header = make_adts(hex("2b11 8800"));  // 24 kHz core, 48 kHz out
  REQUIRE(header.has_value());
  const auto frame = parse_adts(*adts_for(*header, 10));
  REQUIRE(frame.has_value());
  CHECK(frame->sample_rate == 24000);
  CHECK(frame->channels == 2);
}

TEST_CASE("what ADTS cannot say is refused (F4)") {
  for (const char* config : {"", "11", "1194", "1180", "f8f0 4000", "17 800bb8 10", "ffff"}) {
    CAPTURE(config);
    CHECK(make_adts(hex(config)).error() == Errc::unsupported);
  }
}

TEST_CASE("an ADTS header that lies is refused") {
  CHECK(parse_adts(hex("fff14c802e7f")).error() == Errc::truncated);
  CHECK(parse_adts(hex("ffe14c802e7ffc")).error() == Errc::malformed);
  CHECK(parse_adts(hex("fff54c802e7ffc")).error() == Errc::malformed);    // a layer
  CHECK(parse_adts(hex("fff174802e7ffc")).error() == Errc::malformed);    // reserved rate
  CHECK(parse_adts(hex("fff14c8000fffc")).error() == Errc::malformed);    // shorter than its header
  CHECK(parse_adts(hex("fff04c80011ffc")).error() == Errc::malformed);    // 8 bytes with CRC
  CHECK(parse_adts(hex("fff14c802e7ffd")).error() == Errc::unsupported);  // two blocks
  CHECK(parse_adts(hex("fff14c002e7ffc")).error() == Errc::unsupported);
  CHECK(parse_adts(hex("fff04c802e7ffc"))->header_size == 9);
  survives_truncation_and_damage(hex("fff14c802e7ffc"), [](auto in) { (void)parse_adts(in); });
}
