#include "sluice/media/codec_string.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"

using namespace sluice::media;
using sluice::test::hex;

namespace {

uint32_t code(const char* text) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(text[i]);
  return value;
}

HevcConfig hevc(const char* profile_tier_level) {
  HevcConfig config;
  const auto bytes = hex(profile_tier_level);
  REQUIRE(bytes.size() == config.profile.size());
  std::copy(bytes.begin(), bytes.end(), config.profile.begin());
  return config;
}

}  // namespace

TEST_CASE("H.264 is told by profile, constraints and level") {
  AvcConfig config;
  config.profile = 0x64;
  config.level = 0x1f;
  CHECK(codec_string(config) == "avc1.64001f");
  config.profile = 0x42;
  config.constraints = 0xc0;
  config.level = 0x0d;
  CHECK(codec_string(config) == "avc1.42c00d");
}

TEST_CASE(
    "H.265 is told by profile, compatibility in reverse, tier, level and constraints without zeros behind") {
  CHECK(codec_string(hevc("01 60000000 b00000000000 5d")) == "hvc1.1.6.L93.B0");
  CHECK(codec_string(hevc("64 82000000 b02300000000 78")) == "hvc1.A4.41.H120.B0.23");
  CHECK(codec_string(hevc("22 20000000 900000000000 7b")) == "hvc1.2.4.H123.90");
  CHECK(codec_string(hevc("01 60000000 000000000000 1e")) == "hvc1.1.6.L30");
  CHECK(codec_string(hevc("01 60000000 b00000000001 1e")) == "hvc1.1.6.L30.B0.0.0.0.0.1");
}

TEST_CASE("AV1 is told by profile, level, tier and depth") {
  Av1Config config;
  config.header.level = 4;
  CHECK(codec_string(config) == "av01.0.04M.08");
  config.header.profile = 2;
  config.header.level = 15;
  config.header.tier = 1;
  config.header.high_bit_depth = true;
  CHECK(codec_string(config) == "av01.2.15H.10");
  config.header.twelve_bit = true;
  CHECK(codec_string(config) == "av01.2.15H.12");
}

TEST_CASE("VP9 names its colours only when they are told") {
  Vp9Config config;
  CHECK(codec_string(config) == "vp09.00.10.08");
  config.profile = 2;
  config.level = 41;
  config.bit_depth = 10;
  config.colour_primaries = 9;
  config.transfer_characteristics = 16;
  config.matrix_coefficients = 9;
  config.full_range = true;
  CHECK(codec_string(config) == "vp09.02.41.10.01.09.16.09.01");
}

TEST_CASE("AAC is told by what decoding it takes") {
  CHECK(codec_string(code("mp4a"), hex("1190")).value() == "mp4a.40.2");
  CHECK(codec_string(code("mp4a"), hex("2b11 8800")).value() == "mp4a.40.5");
  CHECK(codec_string(code("mp4a"), hex("eb09 8800")).value() == "mp4a.40.29");
}

TEST_CASE("codecs without a configuration, and codecs nobody knows") {
  CHECK(codec_string(code(".mp3"), {}).value() == "mp4a.6B");
  CHECK(codec_string(code("Opus"), {}).value() == "opus");
  CHECK(codec_string(code("ac-3"), {}).value() == "ac-3");
  CHECK(codec_string(code("fLaC"), {}).value() == "fLaC");
  CHECK(codec_string(code("vp08"), {}).value() == "vp8");
  CHECK(codec_string(code("vp09"), {}).value() == "vp09.00.10.08");
  CHECK(codec_string(code("a\",b"), {}).value() == "ab");
}

TEST_CASE("a configuration that is none has no string") {
  for (const char* codec : {"avc1", "hvc1", "av01", "mp4a"}) {
    CAPTURE(codec);
    CHECK(codec_string(code(codec), {}).has_error());
    CHECK(codec_string(code(codec), hex("ff")).has_error());
  }
}
