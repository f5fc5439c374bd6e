#include "sluice/mux/ts/pat.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

sluice::Result<Pat> parse(const Bytes& bytes) {
  const auto section = parse_section(bytes);
  REQUIRE(section.has_value());
  return parse_pat(*section);
}

}  // namespace

TEST_CASE("a PAT parses as it was written; the network is no programme") {
  const auto bytes = write_pat({0x22, 5, {{1, 0x1000}, {7, 0x1ffe}}, 0});
  CHECK(bytes.size() == 20);
  const auto pat = parse(bytes);
  REQUIRE(pat.has_value());
  CHECK(pat->transport_stream_id == 0x22);
  CHECK(pat->version == 5);
  REQUIRE(pat->programs.size() == 2);
  CHECK(pat->programs[1].number == 7);
  CHECK(pat->programs[1].map_pid == 0x1ffe);
  CHECK(parse(write_section({0, 1, 0, true, 0, 0}, hex("0000e010 0003e100")))->programs.size() == 1);
}

TEST_CASE("a PAT that lies is refused; of 250 programmes 16 are kept (M3)") {
  CHECK(parse(write_section({0, 1, 0, true, 0, 0}, hex("0001e1"))).error() == Errc::malformed);
  CHECK(parse(write_section({2, 1, 0, true, 0, 0}, hex("0001e100"))).error() == Errc::malformed);
  CHECK(parse(write_section({0, 1, 0, true, 0, 0}, hex("0001e001"))).error() == Errc::malformed);
  CHECK(parse(write_section({0, 1, 0, true, 0, 0}, hex("0001ffff"))).error() == Errc::malformed);
  CHECK(parse(write_section({0, 1, 0, true, 0, 0}, {}))->programs.empty());
  Pat many;
  for (uint16_t i = 1; i <= 250; ++i) many.programs.push_back({i, static_cast<uint16_t>(0x100 + i)});
  const auto pat = parse(write_pat(many));
  REQUIRE(pat.has_value());
  CHECK(pat->programs.size() == max_programs);
  CHECK(pat->left_out == 234);
}
