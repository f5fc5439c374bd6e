#include "sluice/mux/ts/opus_unit.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "sample_stream.hpp"
#include "sluice/media/opus.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("channel codes say a mapping, and come back") {
  for (unsigned code = 0; code <= 0x88; ++code) {
    CAPTURE(code);
    const auto head = opus_head_of(static_cast<uint8_t>(code));
    const bool is_known = code <= 8 || code >= 0x81;
    REQUIRE(head.has_value() == is_known);
    if (!is_known) continue;
    CHECK(sluice::media::parse_opus_config(*head).has_value());
    const auto back = opus_channel_code(*head);
    REQUIRE(back.has_value());
    // One or two uncoupled channels of family 1: mono cannot be coupled anyhow.
    CHECK(*back == (code == 0x81 ? 1 : code));
  }
  CHECK(opus_head_of(0xff).error() == Errc::unsupported);
  CHECK(opus_channel_code({}) == uint8_t{2});
  CHECK(opus_channel_code(hex("4f707573486561640106380180bb0000000001 0402 000401020305")) == uint8_t{6});
  CHECK(opus_channel_code(hex("4f707573486561640106380180bb0000000001 0402 000401020503")).error() ==
        Errc::unsupported);
  CHECK(opus_channel_code(hex("4f7075")).error() == Errc::malformed);
}

TEST_CASE("packets of every size come back from behind their control header") {
  for (const size_t size : {1u, 254u, 255u, 256u, 510u, 1275u}) {
    CAPTURE(size);
    Bytes unit;
    write_opus_control(size, unit);
    CHECK(unit.size() == 3 + size / 255);
    unit = unit + noise(size, 1);
    const size_t whole = unit.size();
    unit = unit + hex("7fe0");
    const auto back = parse_opus_unit(unit);
    REQUIRE(back.has_value());
    CHECK(back->size == whole);
    CHECK(Bytes(back->packet.begin(), back->packet.end()) == noise(size, 1));
  }
  const auto bytes = hex("7ffc 02 0138 0010 01aa fc01");
  const auto trimmed = parse_opus_unit(bytes);  // both trims, an extension of one byte
  REQUIRE(trimmed.has_value());
  CHECK(Bytes(trimmed->packet.begin(), trimmed->packet.end()) == hex("fc01"));
}

TEST_CASE("a control header that lies is refused") {
  CHECK(parse_opus_unit({}).error() == Errc::truncated);
  CHECK(parse_opus_unit(hex("7fe0")).error() == Errc::truncated);
  CHECK(parse_opus_unit(hex("7fe0 ff")).error() == Errc::truncated);
  CHECK(parse_opus_unit(hex("7fe0 02 01")).error() == Errc::truncated);
  CHECK(parse_opus_unit(hex("7fe0 00")).error() == Errc::malformed);
  CHECK(parse_opus_unit(hex("7ee0 01 01")).error() == Errc::malformed);
  CHECK(parse_opus_unit(hex("7fe4 01 ff 01")).error() == Errc::truncated);
  survives_truncation_and_damage(hex("7ffc 02 0138 0010 01aa fc01"),
                                 [](auto in) { (void)parse_opus_unit(in); });
}
