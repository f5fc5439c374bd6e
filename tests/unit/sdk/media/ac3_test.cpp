#include "sluice/media/ac3.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::hex;

TEST_CASE("AC-3 headers tell rate, channels and size") {
  struct Case {
    const char* bytes;
    uint32_t sample_rate, bit_rate, channels, frame_size;
  };
  for (const Case& c : {
           Case{"0b770000 1440 4300", 48000, 192000, 2, 768},   // 2/0
           Case{"0b770000 1c40 e100", 48000, 384000, 6, 1536},  // 3/2 and low frequencies
           Case{"0b770000 5440 4300", 44100, 192000, 2, 834},
           Case{"0b770000 5540 4300", 44100, 192000, 2, 836},  // padded
           Case{"0b770000 8240 2000", 32000, 40000, 1, 240},
           Case{"0b770000 0040 2000", 48000, 32000, 1, 128},    // the least
           Case{"0b770000 2540 4000", 48000, 640000, 2, 2560},  // the most
           Case{"0b770000 1448 4000", 24000, 96000, 2, 768},    // half
           Case{"0b770000 5450 4000", 11025, 48000, 2, 834},    // and a quarter of the rates
       }) {
    CAPTURE(c.bytes);
    const auto header = parse_ac3_header(hex(c.bytes));
    REQUIRE(header.has_value());
    CHECK(header->sample_rate() == c.sample_rate);
    CHECK(header->bit_rate() == c.bit_rate);
    CHECK(header->channels() == c.channels);
    CHECK(header->frame_size == c.frame_size);
  }
}

TEST_CASE("AC-3 headers that lie are refused") {
  for (const char* bytes :
       {"", "0b770000 14", "0b780000 1440 4300", "0b770000 d440 4300", "0b770000 2640 4300"}) {
    CAPTURE(bytes);
    CHECK(parse_ac3_header(hex(bytes)).has_error());
  }
  CHECK(parse_ac3_header(hex("0b770000 1480 4300")).error() == Errc::unsupported);  // Enhanced AC-3
  sluice::test::survives_truncation_and_damage(hex("0b770000 1c40 e100"), parse_ac3_header);
}

TEST_CASE("a header of nothing but a track's facts") {
  const auto surround = guess_ac3_header(48000, 6, 448000);
  CHECK(surround.channels() == 6);
  CHECK(surround.bit_rate() == 448000);
  const auto unknown = guess_ac3_header(0, 0, 0);
  CHECK(unknown.sample_rate() == 48000);
  CHECK(unknown.channels() == 2);
  CHECK(unknown.bit_rate() == 192000);
  for (uint32_t channels = 1; channels <= 6; ++channels)
    CHECK(guess_ac3_header(44100, channels, 0).channels() == channels);
}
