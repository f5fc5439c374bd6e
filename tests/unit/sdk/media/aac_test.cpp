#include "sluice/media/aac.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::hex;

TEST_CASE("AudioSpecificConfig parses, and prints again where it can") {
  struct Case {
    const char* what;
    const char* bytes;
    uint8_t type;
    uint32_t rate;
    uint8_t channels;
    bool sbr, ps;
    uint32_t output_rate, samples;
    const char* printed;  // nullptr: cannot be
  };
  for (const Case& c : {
           Case{"LC 44.1 kHz stereo", "1210", 2, 44100, 2, false, false, 44100, 1024, "1210"},
           Case{"LC 48 kHz 5.1", "11b0", 2, 48000, 6, false, false, 48000, 1024, "11b0"},
           Case{"7.1", "11b8", 2, 48000, 8, false, false, 48000, 1024, "11b8"},
           Case{"with an empty sync extension (ffmpeg)", "121056e500", 2, 44100, 2, false, false, 44100, 1024,
                "1210"},
           Case{"HE-AAC, backward compatible", "139056e5a0", 2, 22050, 2, true, false, 44100, 1024,
                "2b920800"},
           Case{"HE-AAC v2, backward compatible", "138856e5a54880", 2, 22050, 1, true, true, 44100, 1024,
                "eb8a0800"},
           Case{"HE-AAC, hierarchical", "2b920800", 2, 22050, 2, true, false, 44100, 1024, "2b920800"},
           Case{"escaped rate 44056", "178056 0c10", 2, 44056, 2, false, false, 44056, 1024, "1780560c10"},
           Case{"960 samples", "1214", 2, 44100, 2, false, false, 44100, 960, "1214"},
           Case{"program config, two channels", "1200 04 08 00 00 00 00", 2, 44100, 2, false, false, 44100,
                1024, nullptr},
       }) {
    CAPTURE(c.what);
    const auto config = parse_aac_config(hex(c.bytes));
    REQUIRE(config.has_value());
    CHECK(int(config->object_type) == int(c.type));
    CHECK(config->sample_rate == c.rate);
    CHECK(int(config->channels) == int(c.channels));
    CHECK(config->sbr == c.sbr);
    CHECK(config->ps == c.ps);
    CHECK(config->output_rate == c.output_rate);
    CHECK(config->samples_per_frame == c.samples);
    const auto printed = serialise_aac_config(*config);
    CHECK(printed.has_value() == (c.printed != nullptr));
    if (printed && c.printed) CHECK(*printed == hex(c.printed));
  }
}

TEST_CASE("AudioSpecificConfig that lies is refused (F4)") {
  struct Case {
    const char* what;
    const char* bytes;
    Errc error;
  };
  for (const Case& c : {
           Case{"nothing", "", Errc::truncated},
           Case{"one byte", "12", Errc::truncated},
           Case{"rate index 13", "1690", Errc::malformed},
           Case{"rate index 14", "1710", Errc::malformed},
           Case{"escaped rate 0", "1780000010", Errc::malformed},
           Case{"escaped rate of 16 MHz", "17ffffff90", Errc::beyond_limits},
           Case{"escaped rate cut", "178056", Errc::truncated},
           Case{"channel configuration 9", "1248", Errc::malformed},
           Case{"channel configuration 15", "1278", Errc::malformed},
           Case{"object type 0", "0210", Errc::unsupported},
           Case{"object type 36 (ALS)", "f88a20", Errc::unsupported},
           Case{"SBR in SBR", "2b922800", Errc::unsupported},
           Case{"program config cut", "1200", Errc::truncated},
           Case{"program config of no channels", "1200000000000000", Errc::malformed},
       }) {
    CAPTURE(c.what);
    const auto config = parse_aac_config(hex(c.bytes));
    REQUIRE(config.has_error());
    CHECK(config.error() == c.error);
  }
}

TEST_CASE("AudioSpecificConfig survives truncation and damage") {
  for (const char* bytes : {"138856e5a54880", "2b920800", "1200040800000000", "17800560c10"}) {
    if (std::string_view(bytes).size() % 2) continue;
    sluice::test::survives_truncation_and_damage(hex(bytes), [](auto in) { (void)parse_aac_config(in); });
  }
}
