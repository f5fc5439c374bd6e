#include "sluice/media/vp9.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::hex;

TEST_CASE("vpcC parses with and without its version and prints the full form") {
  const auto full = hex("01000000 000b820202020000"), bare = hex("000b820202020000");
  for (const auto& record : {full, bare}) {
    const auto config = parse_vp9_config(record);
    REQUIRE(config.has_value());
    CHECK(config->profile == 0);
    CHECK(config->level == 11);
    CHECK(config->bit_depth == 8);
    CHECK(config->chroma_subsampling == 1);
    CHECK(serialise_vp9_config(*config) == full);
  }
}

TEST_CASE("vpcC that lies is refused") {
  for (const char* record : {"", "000b82", "040b820202020000", "000b720202020000", "000b8c0202020000",
                             "000b820202020001", "01000000000b8202"}) {
    CAPTURE(record);
    CHECK(parse_vp9_config(hex(record)).has_error());
  }
}

TEST_CASE("VP9 frames tell their key and size") {
  const auto key = scan_vp9_frame(hex("824983420014100b560438"));  // libvpx, 322x182
  REQUIRE(key.has_value());
  CHECK(key->key);
  CHECK(key->width == 322);
  CHECK(key->height == 182);
  const auto inter = scan_vp9_frame(hex("86004092f0d1"));
  REQUIRE(inter.has_value());
  CHECK_FALSE(inter->key);
  CHECK_FALSE(scan_vp9_frame(hex("88"))->key);  // shows an existing frame
  for (const char* frame : {"", "00", "42", "824983", "82498442001410", "8249834200"}) {
    CAPTURE(frame);
    CHECK(scan_vp9_frame(hex(frame)).has_error());
  }
}

TEST_CASE("VP9 parsers survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(hex("01000000000b820202020000"),
                                               [](auto in) { (void)parse_vp9_config(in); });
  sluice::test::survives_truncation_and_damage(hex("824983420014100b560438"),
                                               [](auto in) { (void)scan_vp9_frame(in); });
}
