#include "sluice/media/av1.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

// As libaom wrote them for 322x182, 4:2:0 with 10 bits.
const Bytes record = hex("81004c00 0a0b000000043d06d4daf94040");
const Bytes sequence_obu = hex("0a0b000000043d06d4daf94040");
const Bytes sequence = hex("000000043d06d4daf94040");
const Bytes key_obu = hex("3205 1400a0c810"), inter_obu = hex("3205 29057020aa"), repeat_obu = hex("1a01b8");

Av1Config sound() { return parse_av1_config(record).value(); }

Bytes canonical(const Bytes& unit) {
  Bytes out(scan_av1_frame(unit, sound()).value().canonical_size);
  CHECK(write_canonical_av1(unit, out) == out.size());
  return out;
}

}  // namespace

TEST_CASE("av1C of a real encoder parses, prints the same bytes and tells the picture") {
  const auto config = parse_av1_config(record);
  REQUIRE(config.has_value());
  CHECK(config->header.picture.width == 322);
  CHECK(config->header.picture.height == 182);
  CHECK(config->header.picture.bit_depth_luma == 10);
  CHECK(config->header.picture.chroma_format == 1);
  CHECK(serialise_av1_config(*config) == record);
  CHECK(serialise_av1_config(*make_av1_config(sequence)) == record);
}

TEST_CASE("av1C without OBUs is sound and has no size") {
  const auto config = parse_av1_config(hex("81004c00"));
  REQUIRE(config.has_value());
  CHECK(config->header.picture.width == 0);
  CHECK(config->header.high_bit_depth);
}

TEST_CASE("av1C that lies is refused (F1, F3)") {
  for (const char* bytes :
       {"", "81", "810000", "01004c00", "82004c00", "81004c00 0a0c0000", "81004c00 0a03000000",
        "81004c00 8a00", "81004c00 0aff", "81004c00 0a808080808080808000"}) {
    CAPTURE(bytes);
    CHECK(parse_av1_config(hex(bytes)).has_error());
  }
  // Sizes of 16 bits each, all ones: 65536x65536.
  CHECK(parse_av1_sequence_header(hex("00000007ffffffffffffffffffffffff")).error() == Errc::beyond_limits);
}

TEST_CASE("AV1 units lose delimiters, get sizes and keep the rest") {
  const Bytes delimiter = hex("1200");
  const Bytes unit = delimiter + sequence_obu + key_obu;
  const auto facts = scan_av1_frame(unit, sound());
  REQUIRE(facts.has_value());
  CHECK(facts->key);
  CHECK(facts->needs_rewrite);
  CHECK(Bytes(facts->sequence_header.begin(), facts->sequence_header.end()) == sequence);
  CHECK(has_sequence_header(sound(), facts->sequence_header));
  CHECK(canonical(unit) == sequence_obu + key_obu);
  CHECK(canonical(delimiter).empty());

  CHECK(canonical(sequence_obu + hex("30 1400a0c810")) == sequence_obu + key_obu);  // the last has no size
  CHECK(canonical(hex("36 08 05 1400a0c810")) == hex("36 08 05 1400a0c810"));       // with extension
  CHECK(canonical(hex("32 8500 1400a0c810")) == key_obu);                           // size longer than needed
  CHECK_FALSE(scan_av1_frame(sequence_obu + key_obu, sound())->needs_rewrite);
  CHECK(scan_av1_frame(hex("30 1400a0c810"), sound())->needs_rewrite);
  CHECK(scan_av1_frame(hex("32 8500 1400a0c810"), sound())->needs_rewrite);
}

TEST_CASE("AV1 units tell their key") {
  CHECK(scan_av1_frame(key_obu, sound())->key);
  CHECK_FALSE(scan_av1_frame(inter_obu, sound())->key);
  CHECK_FALSE(scan_av1_frame(repeat_obu, sound())->key);
  CHECK_FALSE(scan_av1_frame(inter_obu + key_obu, sound())->key);
  CHECK_FALSE(scan_av1_frame(hex("3200"), sound())->key);
}

TEST_CASE("AV1 units whose sizes do not fit are refused (F2)") {
  for (const char* unit : {"32", "320600", "36", "32ffffffff7f00", "ff", "b20100", "32808080808080808001"}) {
    CAPTURE(unit);
    CHECK(scan_av1_frame(hex(unit), sound()).has_error());
  }
}

TEST_CASE("AV1 parsers survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(record, [](auto in) { (void)parse_av1_config(in); });
  sluice::test::survives_truncation_and_damage(sequence, [](auto in) { (void)make_av1_config(in); });
  sluice::test::survives_truncation_and_damage(hex("1200") + sequence_obu + key_obu, [](auto in) {
    const auto facts = scan_av1_frame(in, sound());
    if (!facts) return;
    Bytes out(facts->canonical_size);
    CHECK(write_canonical_av1(in, out) == facts->canonical_size);
  });
}
