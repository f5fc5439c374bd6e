#include "sluice/media/opus.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::hex;

TEST_CASE("OpusHead parses and prints the same bytes") {
  struct Case {
    const char* bytes;
    uint8_t channels, streams, coupled;
  };
  for (const Case& c : {Case{"4f707573486561640101380180bb0000000000", 1, 1, 0},
                        Case{"4f707573486561640102380180bb000000ff00", 2, 1, 1},
                        Case{"4f707573486561640106380180bb0000000001 0402 000401020305", 6, 4, 2}}) {
    CAPTURE(c.bytes);
    const auto config = parse_opus_config(hex(c.bytes));
    REQUIRE(config.has_value());
    CHECK(config->channels == c.channels);
    CHECK(config->pre_skip == 312);
    CHECK(config->input_rate == 48000);
    CHECK(config->streams == c.streams);
    CHECK(config->coupled_streams == c.coupled);
    CHECK(serialise_opus_config(*config) == hex(c.bytes));
  }
}

TEST_CASE("OpusHead that lies is refused") {
  for (const char* bytes : {
           "", "4f7075734865616401", "4f707573486561650101380180bb0000000000",
           "4f707573486561641101380180bb0000000000",                  // version 17
           "4f707573486561640100380180bb0000000000",                  // no channels
           "4f707573486561640103380180bb0000000000",                  // three of family 0
           "4f707573486561640106380180bb0000000001 0402 0004010203",  // mapping cut
           "4f707573486561640102380180bb0000000001 0000 0001",        // no streams
           "4f707573486561640102380180bb0000000001 0102 0001",        // more coupled than streams
           "4f707573486561640102380180bb0000000001 0100 0001",        // a channel of a stream not there
       }) {
    CAPTURE(bytes);
    CHECK(parse_opus_config(hex(bytes)).has_error());
  }
}

TEST_CASE("Opus packets tell their length") {
  struct Case {
    const char* packet;
    uint32_t samples;  // 0: refused
  };
  for (const Case& c :
       {Case{"00", 480}, Case{"18", 2880}, Case{"60", 480}, Case{"68", 960}, Case{"e0", 120}, Case{"f8", 960},
        Case{"fc", 960}, Case{"f9", 1920}, Case{"fa", 1920}, Case{"fb03", 2880}, Case{"fb06", 5760},
        Case{"fb07", 0}, Case{"fb00", 0}, Case{"fb", 0}, Case{"", 0}, Case{"1b03", 0}}) {
    CAPTURE(c.packet);
    const auto samples = opus_packet_samples(hex(c.packet));
    CHECK(samples.has_value() == (c.samples != 0));
    if (samples) CHECK(*samples == c.samples);
  }
}

TEST_CASE("Opus parsers survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(
      hex("4f707573486561640106380180bb0000000001 0402 000401020305"),
      [](auto in) { (void)parse_opus_config(in); });
}
