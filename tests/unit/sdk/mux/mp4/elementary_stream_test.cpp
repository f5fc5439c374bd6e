#include "sluice/mux/mp4/elementary_stream.hpp"

#include <sluice/abi/frame.h>

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "sample_streams.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Bytes body_of(const Track& track) {
  Bytes box;
  write_elementary_stream(box, track);
  return {box.begin() + 8, box.end()};
}

Track aac() {
  Track track;
  track.codec = SLUICE_CODEC_AAC;
  track.config = hex("1210");
  return track;
}

}  // namespace

TEST_CASE("AAC keeps its configuration") {
  const auto read = parse_elementary_stream(body_of(aac()));
  REQUIRE(read.has_value());
  CHECK(read->codec == SLUICE_CODEC_AAC);
  CHECK(read->config == hex("1210"));
}

TEST_CASE("MP3 is told by its object type, of half the rates another") {
  Track track;
  track.codec = SLUICE_CODEC_MP3;
  for (const uint32_t rate : {44100u, 22050u}) {
    track.sample_rate = rate;
    const Bytes body = body_of(track);
    CHECK(body[4 + 5 + 3 + 5] == (rate == 44100 ? 0x6b : 0x69));
    const auto read = parse_elementary_stream(body);
    REQUIRE(read.has_value());
    CHECK(read->codec == SLUICE_CODEC_MP3);
    CHECK(read->config.empty());
  }
}

TEST_CASE("sizes of one byte and optional fields are read") {
  // Flags: depends on another stream, URL of two letters, clock reference.
  const auto read = parse_elementary_stream(
      hex("00000000 03 1d 0000 e0 0001 02 6161 0002 04 11 40 15 000000 00000000 00000000 05 02 1190"));
  REQUIRE(read.has_value());
  CHECK(read->config == hex("1190"));
}

TEST_CASE("descriptors that lie are refused") {
  for (const char* body : {
           "",
           "00000000",
           "00000000 04 00",
           "00000000 03 03 000000",  // no decoder config
           "00000000 03 7f 000000",
           "00000000 03 10 000000 04 0b 21 15 000000 00000000 0000",      // unknown object type
           "00000000 03 12 000000 04 0d 40 15 000000 00000000 00000000",  // no configuration
           "00000000 03 14 000000 04 0f 40 15 000000 00000000 00000000 05 7f",
       }) {
    CAPTURE(body);
    CHECK(parse_elementary_stream(hex(body)).has_error());
  }
  survives_truncation_and_damage(body_of(aac()), parse_elementary_stream);
}
