#include "sluice/media/hevc.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

// As x265 wrote it for 322x182 at 30000/1001, without its SEI.
const Bytes record =
    hex("0101600000009000000000003cf000fcfdf8f800000f03"
        "a00001001840010c01ffff01600000030090000003000003003c959809"
        "a10001002942010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
        "a2000100074401c172b46240");
const Bytes vps = hex("40010c01ffff01600000030090000003000003003c959809");
const Bytes sps = hex("42010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804");
const Bytes pps = hex("4401c172b46240");
const Bytes idr = hex("2801af0858bd22"), trail = hex("0201d0195f84"), unreferenced = hex("0001e024fffa");

Bytes with_length(const Bytes& nal, unsigned size = 4) {
  Bytes out;
  for (unsigned i = size; i-- > 0;) out.push_back(static_cast<uint8_t>(nal.size() >> (8 * i)));
  return out + nal;
}

HevcConfig sound() { return parse_hevc_config(record).value(); }

}  // namespace

TEST_CASE("hvcC of a real encoder parses, prints the same bytes and tells the picture") {
  const auto config = parse_hevc_config(record);
  REQUIRE(config.has_value());
  CHECK(config->picture.width == 322);
  CHECK(config->picture.height == 182);
  CHECK(config->picture.rate.numerator == 30000);
  CHECK(config->picture.rate.denominator == 1001);
  CHECK(config->temporal_layers == 1);
  CHECK(config->profile.back() == 60);
  CHECK(serialise_hevc_config(*config) == record);
}

TEST_CASE("hvcC keeps prefix SEI and skips arrays of other types") {
  auto longer = record + hex("a70001 0004 4e01 0580  a30001 0003 460150");
  longer[22] = 5;
  const auto config = parse_hevc_config(longer);
  REQUIRE(config.has_value());
  CHECK(config->sei.size() == 1);
  auto expected = record + hex("a70001 0004 4e01 0580");
  expected[22] = 4;
  CHECK(serialise_hevc_config(*config) == expected);
}

TEST_CASE("hvcC that lies is refused (F1, F2)") {
  const Bytes head(record.begin(), record.begin() + 22);
  const auto arrays = [&](size_t sps_count, size_t pps_count) {
    Bytes out = head + hex("02 a1 00");
    out.push_back(static_cast<uint8_t>(sps_count));
    for (size_t i = 0; i < sps_count; ++i) out = out + with_length(sps, 2);
    out = out + hex("a2 00");
    out.push_back(static_cast<uint8_t>(pps_count));
    for (size_t i = 0; i < pps_count; ++i) out = out + with_length(pps, 2);
    return out;
  };
  REQUIRE(parse_hevc_config(arrays(1, 1)).has_value());
  auto length_size_3 = record;
  length_size_3[21] = 0x0e;
  auto version = record;
  version[0] = 2;
  struct Case {
    const char* what;
    Bytes bytes;
    Errc error;
  };
  for (const Case& c :
       {Case{"empty", {}, Errc::truncated}, Case{"head only", head, Errc::truncated},
        Case{"version 2", version, Errc::malformed},
        Case{"length size 3", length_size_3, Errc::bad_nal_length},
        Case{"31 SPS", arrays(31, 1), Errc::beyond_limits},
        Case{"255 PPS", arrays(1, 255), Errc::beyond_limits},
        Case{"65535 of an unknown type", head + hex("01 bf ffff"), Errc::truncated},
        Case{"length past the end", head + hex("01 a1 0001 ffff 4201"), Errc::truncated},
        Case{"no arrays", head + hex("00"), Errc::no_parameter_sets},
        Case{"no PPS", arrays(1, 0), Errc::no_parameter_sets},
        Case{"PPS in the place of an SPS", head + hex("01 a1 0001 0007 4401c172b46240"), Errc::malformed},
        Case{"an SPS cut short", head + hex("01 a1 0001 0010 42010101600000030090000003000003"),
             Errc::no_parameter_sets}}) {
    CAPTURE(c.what);
    const auto config = parse_hevc_config(c.bytes);
    REQUIRE(config.has_error());
    CHECK(config.error() == c.error);
  }
}

TEST_CASE("an HEVC SPS that ends early or is absurd gives no dimensions (F3)") {
  for (size_t size = 0; size < 30; ++size) {
    CAPTURE(size);
    CHECK(parse_hevc_sps(Bytes(sps.begin(), sps.begin() + static_cast<std::ptrdiff_t>(size))).has_error());
  }
  auto wide = sps;  // the width's ue(v) becomes one of 31 zeros
  for (size_t i = 20; i < 24; ++i) wide[i] = 0;
  CHECK(parse_hevc_sps(wide).has_error());
}

TEST_CASE("an HEVC SPS with predicted and long-term references still tells its rate") {
  // Three reference sets: -1 -3 +1; from it -2 -4, one more that would be the picture itself, one left out;
  // and a third from those two. Then two long-term pictures. A wrong count of any of them loses the rate
  // of 50.
  const auto parsed = parse_hevc_sps(
      hex("42010101600000030090000003000003005da00280802d16595ff4235afea4bd82c25c0200000300020000030065"));
  REQUIRE(parsed.has_value());
  CHECK(parsed->picture.width == 1280);
  CHECK(parsed->picture.height == 720);
  CHECK(parsed->picture.rate.numerator == 50);
  CHECK(parsed->picture.rate.denominator == 1);
}

TEST_CASE("HEVC frames lose parameter sets and delimiters and get 4-byte lengths") {
  for (const unsigned size : {1u, 2u, 4u}) {
    auto config = sound();
    config.nal_length_size = static_cast<uint8_t>(size);
    const Bytes sei = hex("4e010580");
    Bytes frame;
    for (const Bytes& nal : {hex("460150"), vps, sps, pps, sei, Bytes{}, idr})
      frame = frame + with_length(nal, size);
    const auto facts = scan_hevc_frame(frame, config);
    REQUIRE(facts.has_value());
    CHECK(facts->key);
    CHECK(facts->needs_rewrite);
    CHECK(facts->has_parameter_sets);
    Bytes out(facts->canonical_size);
    CHECK(write_canonical_hevc(frame, config, out) == out.size());
    CHECK(out == with_length(sei) + with_length(idr));
    CHECK_FALSE(scan_hevc_frame(out, sound())->needs_rewrite);
  }
}

TEST_CASE("HEVC frames tell key and disposable") {
  auto config = sound();
  CHECK_FALSE(scan_hevc_frame(with_length(trail), config)->key);
  CHECK_FALSE(scan_hevc_frame(with_length(trail), config)->disposable);
  CHECK(scan_hevc_frame(with_length(unreferenced), config)->disposable);
  CHECK(scan_hevc_frame(with_length(hex("2a01af")), config)->key);  // CRA
  config.temporal_layers = 2;
  CHECK_FALSE(scan_hevc_frame(with_length(unreferenced), config)->disposable);
}

TEST_CASE("HEVC frames whose lengths do not fit are refused (F2)") {
  for (const char* frame : {"00", "0000000628010203", "ffffffff28", "00000004280102030000"}) {
    CAPTURE(frame);
    CHECK(scan_hevc_frame(hex(frame), sound()).error() == Errc::bad_nal_length);
  }
}

TEST_CASE("in-band HEVC parameter sets change a configuration only when they differ") {
  auto config = sound();
  CHECK_FALSE(
      absorb_hevc_parameter_sets(with_length(vps) + with_length(sps) + with_length(pps), config).changed);

  auto other = pps;
  other.back() = 0x60;
  CHECK(absorb_hevc_parameter_sets(with_length(other), config).changed);
  CHECK(config.pps.size() == 1);
  CHECK(config.pps[0] == other);

  auto faster = sps;
  faster[17] = 0x5a;  // general_level_idc
  CHECK(absorb_hevc_parameter_sets(with_length(faster), config).changed);
  CHECK(config.sps.size() == 1);

  const auto before = serialise_hevc_config(config);
  const auto change =
      absorb_hevc_parameter_sets(with_length(hex("4201010160")) + with_length(hex("44")), config);
  CHECK_FALSE(change.changed);
  CHECK(change.refused == 2);
  CHECK(serialise_hevc_config(config) == before);
}

TEST_CASE("HEVC parsers survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(record, [](auto in) { (void)parse_hevc_config(in); });
  const Bytes frame = with_length(vps) + with_length(sps) + with_length(pps) + with_length(idr);
  sluice::test::survives_truncation_and_damage(frame, [](auto in) {
    auto config = sound();
    (void)absorb_hevc_parameter_sets(in, config);
    const auto facts = scan_hevc_frame(in, config);
    if (!facts) return;
    Bytes out(facts->canonical_size);
    CHECK(write_canonical_hevc(in, config, out) == facts->canonical_size);
  });
}
