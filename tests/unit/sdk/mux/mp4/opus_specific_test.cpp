#include "sluice/mux/mp4/opus_specific.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Bytes body_of(const Bytes& head, uint32_t channels = 2) {
  Bytes box;
  write_opus_specific(box, head, channels);
  return {box.begin() + 8, box.end()};
}

}  // namespace

TEST_CASE("OpusHead turns round and back") {
  for (const char* text : {"4f707573486561640101380180bb0000000000", "4f707573486561640102380180bb000000ff00",
                           "4f707573486561640106380180bb0000000001 0402 000401020305"}) {
    CAPTURE(text);
    const auto head = parse_opus_specific(body_of(hex(text)));
    REQUIRE(head.has_value());
    CHECK(*head == hex(text));
  }
  CHECK(body_of(hex("4f707573486561640101380180bb0000000000")) == hex("00 01 0138 0000bb80 0000 00"));
}

TEST_CASE("without OpusHead the channels speak") {
  CHECK(body_of({}, 1)[1] == 1);
  CHECK(body_of({}, 0)[1] == 2);
}

TEST_CASE("dOps that lies is refused") {
  for (const char* body : {"", "00 01 0138 0000bb80 0000", "01 01 0138 0000bb80 0000 00",
                           "00 00 0138 0000bb80 0000 00", "00 06 0138 0000bb80 0000 01 0402 0004"}) {
    CAPTURE(body);
    CHECK(parse_opus_specific(hex(body)).has_error());
  }
  survives_truncation_and_damage(body_of(hex("4f707573486561640106380180bb0000000001 0402 000401020305")),
                                 parse_opus_specific);
}
