#include "sluice/mux/ts/pmt.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

sluice::Result<Pmt> parse(const Bytes& body) {
  const auto bytes = write_section({2, 1, 0, true, 0, 0}, body);
  const auto section = parse_section(bytes);
  REQUIRE(section.has_value());
  return parse_pmt(*section);
}

}  // namespace

TEST_CASE("a PMT parses as it was written") {
  const Pmt map{9, 31, 0x100, {{0x1b, 0x100, {}}, {0x06, 0x101, hex("05044f707573 7f028002")}}, 0};
  const auto bytes = write_pmt(map);
  const auto section = parse_section(bytes);
  REQUIRE(section.has_value());
  const auto back = parse_pmt(*section);
  REQUIRE(back.has_value());
  CHECK(back->program == 9);
  CHECK(back->version == 31);
  CHECK(back->pcr_pid == 0x100);
  CHECK(back->streams == map.streams);
}

TEST_CASE("a PMT whose lengths do not fit is refused as a whole (M4)") {
  struct Case {
    const char* what;
    const char* body;
  };
  for (const Case& c : {Case{"program_info_length beyond", "e100 f0ff 1be100f000"},
                        Case{"ES_info_length beyond", "e100 f000 1be100f001"},
                        Case{"an entry cut short", "e100 f000 1be100f0"},
                        Case{"a descriptor beyond its list", "e100 f000 1be100f003 0a04 65"},
                        Case{"a descriptor's tag alone", "e100 f000 1be100f001 0a"},
                        Case{"a language of three bytes", "e100 f000 1be100f005 0a03 656e67"},
                        Case{"a registration of three bytes", "e100 f000 06e100f005 0503 4f7075"},
                        Case{"an empty extension", "e100 f000 06e100f002 7f00"},
                        Case{"descriptors of the programme that do not fit", "e100 f002 0504"},
                        Case{"a stream on the PAT's PID", "e100 f000 1be000f000"},
                        Case{"a stream of null packets", "e100 f000 1bfffff000"}, Case{"nothing", ""},
                        Case{"half a PCR_PID", "e1"}}) {
    CAPTURE(c.what);
    CHECK(parse(hex(c.body)).error() == Errc::malformed);
  }
  CHECK(parse(hex("e100 f006 050443554549 1be100f000")).has_value());
  CHECK(parse(hex("ffff f000"))->streams.empty());
}

TEST_CASE("32 streams are kept of a PMT") {
  Bytes body = hex("e100 f000");
  for (uint8_t i = 0; i < 100; ++i) body = body + Bytes{0x1b, 0xe1, i, 0xf0, 0};
  const auto map = parse(body);
  REQUIRE(map.has_value());
  CHECK(map->streams.size() == max_streams);
  CHECK(map->left_out == 68);
}
