#include "sluice/mux/mp4/ac3_specific.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

TEST_CASE("the facts of the frame header turn into the box and back") {
  // 48 kHz, 384 kbit/s, 3/2 with low frequencies, as it stands in every DVD: 0x10 0x3d 0xc0.
  const auto header = sluice::media::guess_ac3_header(48000, 6, 384000);
  Bytes box;
  write_ac3_specific(box, header);
  CHECK(box == hex("0000000b 64616333 103dc0"));
  const auto read = parse_ac3_specific(std::span(box).subspan(8));
  REQUIRE(read.has_value());
  CHECK(read->channels() == 6);
  CHECK(read->bit_rate() == 384000);
  CHECK(read->sample_rate() == 48000);
}

TEST_CASE("dac3 that lies is refused") {
  for (const char* body : {"", "103d", "d03dc0", "103e60", "203dc0" /* Enhanced */}) {
    CAPTURE(body);
    CHECK(parse_ac3_specific(hex(body)).has_error());
  }
}
