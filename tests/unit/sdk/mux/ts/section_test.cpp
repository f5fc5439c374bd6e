#include "sluice/mux/ts/section.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

Bytes section_of(size_t body, uint8_t fill) {
  return write_section({2, 7, 3, true, 0, 0}, Bytes(body, fill));
}

struct Fed {
  std::vector<Bytes> whole;
  unsigned lost = 0;
  SectionReader reader;

  void feed(const Bytes& payload, bool start) {
    lost += reader.feed(payload, start, [&](auto bytes) { whole.emplace_back(bytes.begin(), bytes.end()); });
  }
};

Bytes part(const Bytes& of, size_t from, size_t size) {
  return Bytes(of.begin() + static_cast<std::ptrdiff_t>(from),
               of.begin() + static_cast<std::ptrdiff_t>(from + size));
}

}  // namespace

TEST_CASE("a section parses as it was written") {
  const auto bytes = write_section({2, 0x1234, 21, true, 1, 3}, hex("aabbcc"));
  CHECK(part(bytes, 0, 11) == hex("02 b00c 1234 eb 01 03 aabbcc"));
  const auto section = parse_section(bytes);
  REQUIRE(section.has_value());
  CHECK(section->header.table_id == 2);
  CHECK(section->header.extension == 0x1234);
  CHECK(section->header.version == 21);
  CHECK(section->header.current);
  CHECK(section->header.number == 1);
  CHECK(section->header.last_number == 3);
  CHECK(Bytes(section->body.begin(), section->body.end()) == hex("aabbcc"));
  CHECK(write_section({}, Bytes(1012, 1)).size() == max_section);
  CHECK(write_section({}, Bytes(1013, 1)).empty());
}

TEST_CASE("a section that lies is refused (M3)") {
  auto bytes = section_of(20, 1);
  CHECK(parse_section(part(bytes, 0, 11)).error() == Errc::truncated);
  CHECK(parse_section(part(bytes, 0, bytes.size() - 1)).error() == Errc::malformed);
  bytes[9] ^= 1;
  CHECK(parse_section(bytes).error() == Errc::bad_crc);
  CHECK(parse_section(write_section({2, 0, 0, true, 4, 3}, {})).error() == Errc::malformed);
  survives_truncation_and_damage(section_of(20, 1), [](auto in) { (void)parse_section(in); });
}

TEST_CASE("sections come together from packets: one, several in one, one over several") {
  const auto small = section_of(10, 1), other = section_of(30, 2), large = section_of(400, 3);
  Fed fed;
  fed.feed(hex("00") + small + hex("ffffff"), true);
  fed.feed(hex("00") + small + other + hex("ff"), true);
  fed.feed(hex("00") + part(large, 0, 183), true);
  fed.feed(part(large, 183, 184), false);
  fed.feed(part(large, 367, large.size() - 367) + hex("ffff"), false);
  CHECK(fed.whole == std::vector<Bytes>{small, small, other, large});
  // The end of one stands before the pointer's end, the next begins there and has its first byte alone.
  fed.feed(hex("00") + part(large, 0, 183), true);
  fed.feed(part(large, 183, 184), false);
  const Bytes tail = part(large, 367, large.size() - 367);
  fed.feed(Bytes{static_cast<uint8_t>(tail.size())} + tail + part(small, 0, 1), true);
  fed.feed(part(small, 1, small.size() - 1), false);
  CHECK(fed.whole.size() == 6);
  CHECK(fed.whole.back() == small);
  CHECK(fed.lost == 0);
}

TEST_CASE("sections that never end are thrown away, and held memory is bounded") {
  const auto small = section_of(10, 1), large = section_of(400, 3);
  Fed fed;
  fed.feed(part(large, 0, 184), false);  // its start was not seen
  CHECK(fed.lost == 0);
  fed.feed(hex("00") + part(large, 0, 100), true);
  fed.feed(hex("00") + small, true);  // the one before is not whole
  CHECK(fed.lost == 1);
  CHECK(fed.whole == std::vector<Bytes>{small});
  fed.feed(hex("00 02 bfff") + Bytes(100, 1), true);  // section_length 4095
  CHECK(fed.lost == 2);
  fed.feed(Bytes(184, 1), false);
  fed.feed(hex("b7") + Bytes(10, 0), true);  // the pointer points beyond
  CHECK(fed.lost == 3);
  fed.feed(hex("00") + part(large, 0, 183), true);
  fed.reader.lose();
  fed.feed(part(large, 183, 184), false);
  fed.feed(hex("00") + small, true);
  CHECK(fed.whole == std::vector<Bytes>{small, small});
}
