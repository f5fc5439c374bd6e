#include "sluice/mux/ts/pes.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "sample_stream.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

Bytes pes_of(uint8_t stream_id, const PesTimes& times, const Bytes& payload) {
  const auto header = PesHeader::make(stream_id, times, payload.size());
  REQUIRE(header.has_value());
  return Bytes(header->bytes().begin(), header->bytes().end()) + payload;
}

}  // namespace

TEST_CASE("timestamps come back, up to the last before the wrap") {
  for (const uint64_t pts :
       {uint64_t{0}, uint64_t{1}, uint64_t{90000}, uint64_t{0x155555555}, ts::clock_wrap - 1})
    for (const uint64_t dts : {uint64_t{0}, uint64_t{0xaaaaaaaa}, ts::clock_wrap - 1}) {
      const auto bytes = pes_of(stream_id_video, {pts, dts}, hex("010203"));
      CHECK(bytes.size() == (pts == dts ? 17 : 22));
      const auto pes = parse_pes(bytes);
      REQUIRE(pes.has_value());
      CHECK(pes->times.pts == pts);
      CHECK(pes->times.dts.value_or(pts) == dts);
      CHECK(Bytes(pes->payload.begin(), pes->payload.end()) == hex("010203"));
    }
  CHECK(pes_of(0xc0, {90000, {}}, hex("aa")) == hex("000001c0 0009 84 80 05 2100 05bf21 aa"));
  CHECK_FALSE(parse_pes(pes_of(0xbd, {}, hex("aa")))->times.pts.has_value());
}

TEST_CASE("only video may be of unknown length") {
  CHECK(PesHeader::make(stream_id_video, {0, {}}, 65'527)->bytes()[4] == 0xff);
  const auto open = PesHeader::make(stream_id_video, {0, {}}, 65'528);
  REQUIRE(open.has_value());
  CHECK(open->bytes()[4] == 0);
  CHECK(open->bytes()[5] == 0);
  CHECK(PesHeader::make(stream_id_audio, {0, {}}, 65'527).has_value());
  CHECK(PesHeader::make(stream_id_audio, {0, {}}, 65'528).error() == Errc::beyond_limits);
  CHECK(PesHeader::make(stream_id_private, {0, {}}, 65'528).error() == Errc::beyond_limits);
}

TEST_CASE("a PES packet that lies is refused (M5)") {
  struct Case {
    const char* bytes;
    Errc error;
  };
  for (const Case& c :
       {Case{"", Errc::malformed}, Case{"000001e0", Errc::truncated},
        Case{"000002e0 0003 808000", Errc::malformed}, Case{"000001e0 0000 8080", Errc::truncated},
        Case{"000001e0 0000 8080 ff 21", Errc::truncated},
        Case{"000001e0 0008 8080 05 2100010001", Errc::malformed},  // see below: a sound one
        Case{"000001e0 0003 8080 05 2100010001", Errc::malformed},  // header beyond the length
        Case{"000001e0 0000 8080 04 21000100", Errc::malformed},    // flags without room
        Case{"000001e0 0000 8080 05 2000010001", Errc::malformed},  // no marker bit
        Case{"000001e0 0000 8040 05 2100010001", Errc::malformed},  // DTS alone
        Case{"000001e0 0000 4080 05 2100010001", Errc::malformed},
        Case{"000001e0 0000 b080 05 2100010001", Errc::unsupported},  // scrambled
        Case{"000001be 0000 ffffff", Errc::unsupported}}) {
    CAPTURE(c.bytes);
    const auto pes = parse_pes(hex(c.bytes));
    if (std::string_view(c.bytes) == "000001e0 0008 8080 05 2100010001") {
      CHECK(pes.has_value());
    } else {
      CHECK(pes.error() == c.error);
    }
  }
  survives_truncation_and_damage(pes_of(0xe0, {5, 3}, hex("0102")), [](auto in) { (void)parse_pes(in); });
}

TEST_CASE("packets come together, by their length or by the next one") {
  PesBudget budget;
  {
    PesReader reader(budget);
    const auto known = pes_of(0xc0, {5, {}}, noise(300, 1));
    CHECK(reader.feed(known) == PesReader::Fed::nothing);  // none has begun
    CHECK(reader.begin(std::span(known).first(184)) == PesReader::Fed::nothing);
    CHECK(reader.is_cut());
    CHECK(reader.feed(std::span(known).subspan(184)) == PesReader::Fed::complete);
    CHECK(Bytes(reader.bytes().begin(), reader.bytes().end()) == known);
    CHECK(budget.held == known.size());
    const auto open = pes_of(0xe0, {5, {}}, noise(70'000, 1));
    CHECK(reader.begin(open) == PesReader::Fed::nothing);
    CHECK(reader.is_open());
    CHECK_FALSE(reader.is_cut());
    CHECK(reader.begin(std::span(known).first(10)) == PesReader::Fed::nothing);
    CHECK(reader.feed(known) == PesReader::Fed::dropped);  // more than it says
    CHECK(budget.held == 0);
    CHECK(reader.begin(open) == PesReader::Fed::nothing);
  }
  CHECK(budget.held == 0);
}

TEST_CASE("a packet without end is dropped at 8 MiB, and all together at the budget (M5)") {
  PesBudget budget;
  PesReader reader(budget), other(budget);
  const Bytes piece(1 << 16, 1);
  REQUIRE(reader.begin(hex("000001e0 0000 8000 00")) == PesReader::Fed::nothing);
  size_t fed = 9;
  while (reader.feed(piece) == PesReader::Fed::nothing) fed += piece.size();
  CHECK(fed <= PesReader::max_size);
  CHECK(fed + piece.size() > PesReader::max_size);
  CHECK(budget.held == 0);
  CHECK(reader.feed(piece) == PesReader::Fed::nothing);  // until another begins
  CHECK(budget.held == 0);
  REQUIRE(reader.begin(hex("000001e0 0000 8000 00")) == PesReader::Fed::nothing);
  budget.limit = 1u << 20;
  while (budget.held + piece.size() <= budget.limit) REQUIRE(reader.feed(piece) == PesReader::Fed::nothing);
  CHECK(other.begin(hex("000001e0 0000 8000 00")) == PesReader::Fed::nothing);
  CHECK(other.feed(piece) == PesReader::Fed::dropped);
}
