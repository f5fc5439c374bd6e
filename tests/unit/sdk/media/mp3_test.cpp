#include "sluice/media/mp3.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"

using namespace sluice::media;
using sluice::test::hex;

TEST_CASE("MP3 headers tell rate, channels and size") {
  struct Case {
    const char* bytes;
    uint32_t rate, bit_rate;
    uint8_t channels;
    uint32_t samples, size;
  };
  for (const Case& c :
       {Case{"fffb90c0", 44100, 128000, 1, 1152, 417}, Case{"fffb9200", 44100, 128000, 2, 1152, 418},
        Case{"fffbe444", 48000, 320000, 2, 1152, 960}, Case{"fff384c0", 24000, 64000, 1, 576, 192},
        Case{"ffe318c4", 8000, 8000, 1, 576, 72}}) {
    CAPTURE(c.bytes);
    const auto header = parse_mp3_header(hex(c.bytes));
    REQUIRE(header.has_value());
    CHECK(header->sample_rate == c.rate);
    CHECK(header->bit_rate == c.bit_rate);
    CHECK(header->channels == c.channels);
    CHECK(header->samples_per_frame == c.samples);
    CHECK(header->frame_size == c.size);
  }
}

TEST_CASE("MP3 headers that are none are refused") {
  for (const char* bytes : {"", "fffb90", "00fb90c0", "ffeb90c0", "fff990c0", "fffff0c0", "fffbf0c0",
                            "fffb00c0", "fffb9cc0", "fffd90c0"}) {
    CAPTURE(bytes);
    CHECK(parse_mp3_header(hex(bytes)).has_error());
  }
}
