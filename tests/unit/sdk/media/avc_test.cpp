#include "sluice/media/avc.hpp"

#include <catch2/catch.hpp>

#include "../wire/hex.hpp"
#include "parser_laws.hpp"

using namespace sluice::media;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

// As x264 wrote them: High 322x182 at 30000/1001 with cropping, Baseline, and interlaced 4:2:2 10 bit.
const char* const high =
    "0164000dffe100196764000dacd941519e226c04400000fa40003a9803c50a658001000668ebe3cb22c0fdf8f800";
const char* const baseline = "0142c00dffe100176742c00dd901519e226c04400000fa40003a9803c50a9201000568cb83cb20";
const char* const interlaced =
    "017a0028ffe1001a677a0028b6cd94078044fcb8088000000300800000190f8b16cb01000668fba3cb22c0fefafa00";

const Bytes sps = hex("6764000dacd941519e226c04400000fa40003a9803c50a6580");
const Bytes pps = hex("68ebe3cb22c0");

Bytes with_length(const Bytes& nal, unsigned size = 4) {
  Bytes out;
  for (unsigned i = size; i-- > 0;) out.push_back(static_cast<uint8_t>(nal.size() >> (8 * i)));
  return out + nal;
}

AvcConfig config_of(const char* record) { return parse_avc_config(hex(record)).value(); }

Bytes canonical(const Bytes& frame, const AvcConfig& config) {
  const auto facts = scan_avc_frame(frame, config);
  REQUIRE(facts.has_value());
  Bytes out(facts->canonical_size);
  CHECK(write_canonical_avc(frame, config, out) == facts->canonical_size);
  return out;
}

}  // namespace

TEST_CASE("avcC of real encoders parses, prints the same bytes and tells the picture") {
  struct Case {
    const char* record;
    uint8_t profile;
    uint32_t width, height;
    double rate;
    uint8_t chroma, depth;
  };
  for (const Case& c :
       {Case{high, 100, 322, 182, 30000 / 1001.0, 1, 8}, Case{baseline, 66, 322, 182, 30000 / 1001.0, 1, 8},
        Case{interlaced, 122, 1920, 1080, 25, 2, 10}}) {
    CAPTURE(c.record);
    const auto config = parse_avc_config(hex(c.record));
    REQUIRE(config.has_value());
    CHECK(config->profile == c.profile);
    CHECK(config->nal_length_size == 4);
    CHECK(config->picture.width == c.width);
    CHECK(config->picture.height == c.height);
    CHECK(double(config->picture.rate.numerator) / config->picture.rate.denominator == Approx(c.rate));
    CHECK(config->picture.chroma_format == c.chroma);
    CHECK(config->picture.bit_depth_luma == c.depth);
    CHECK(serialise_avc_config(*config) == hex(c.record));
  }
}

TEST_CASE("avcC without the high profile tail gets it when printed") {
  auto record = hex(high);
  record.resize(record.size() - 4);
  const auto config = parse_avc_config(record);
  REQUIRE(config.has_value());
  CHECK(serialise_avc_config(*config) == hex(high));
}

TEST_CASE("avcC that lies is refused (F1, F2)") {
  const auto sets = [](uint8_t sps_count, uint8_t pps_count) {
    Bytes record = hex("0164000dff");
    record.push_back(0xe0 | sps_count);
    for (int i = 0; i < sps_count; ++i) record = record + with_length(sps, 2);
    record.push_back(pps_count);
    for (int i = 0; i < pps_count; ++i) record = record + with_length(pps, 2);
    return record;
  };
  REQUIRE(parse_avc_config(sets(1, 1)).has_value());
  struct Case {
    const char* what;
    Bytes record;
    Errc error;
  };
  for (const Case& c :
       {Case{"empty", {}, Errc::truncated}, Case{"version 0", hex("0064000dffe1"), Errc::malformed},
        Case{"only the version", hex("01"), Errc::truncated},
        Case{"length size 3", hex("0164000dfee10001670000"), Errc::bad_nal_length},
        Case{"31 SPS", sets(31, 1), Errc::beyond_limits}, Case{"255 PPS", sets(1, 255), Errc::beyond_limits},
        Case{"31 SPS announced, none there", hex("0164000dffff"), Errc::beyond_limits},
        Case{"SPS length past the end", hex("0164000dffe1ffff67640000"), Errc::truncated},
        Case{"no SPS", sets(0, 1), Errc::no_parameter_sets},
        Case{"no PPS", sets(1, 0), Errc::no_parameter_sets},
        Case{"an SPS of length 0", hex("0164000dffe10000010001 68"), Errc::malformed},
        Case{"a PPS in the place of an SPS", hex("0164000dffe1000668ebe3cb22c001000668ebe3cb22c0"),
             Errc::malformed}}) {
    CAPTURE(c.what);
    const auto config = parse_avc_config(c.record);
    REQUIRE(config.has_error());
    CHECK(config.error() == c.error);
  }
}

TEST_CASE("an absurd SPS gives no dimensions (F3)") {
  struct Case {
    const char* what;
    Bytes nal;
  };
  // Baseline, level 30, one block of 16x16 but for what is named.
  for (const Case& c : {
           Case{"Exp-Golomb runs off the end", hex("6742001e80")},
           Case{"zeros only", hex("6742001e0000000000000000")},
           Case{"num_ref_frames 255", hex("6742001ed80401e4")},
           Case{"width 2^31", hex("6742001eda0000000080000000e4")},
           Case{"wider than the limit", hex("6742001eda00100790")},
           Case{"interlaced and taller than the limit", hex("6742001eda40080048")},
           Case{"crops all of it", hex("6742001eda7e2740")},
           Case{"crops 2^31 columns", hex("6742001eda7e000000020000000740")},
           Case{"another unit", hex("6842001edaf4")},
       }) {
    CAPTURE(c.what);
    CHECK(parse_avc_sps(c.nal).has_error());
    Bytes record = hex("0142001effe1") + with_length(c.nal, 2) + hex("01") + with_length(pps, 2);
    CHECK(parse_avc_config(record).has_error());
  }
  CHECK(parse_avc_sps(hex("6742001eda79")).value().picture.width == 16);
  CHECK(parse_avc_sps(hex("6742001ed845e4")).value().picture.width == 16);   // 16 reference frames
  CHECK(parse_avc_sps(hex("6742001eda7e2340")).value().picture.width == 2);  // crops 14 of 16 columns
}

TEST_CASE("an SPS whose VUI is cut short keeps its picture and loses its rate") {
  auto nal = sps;
  nal.resize(17);
  const auto parsed = parse_avc_sps(nal);
  REQUIRE(parsed.has_value());
  CHECK(parsed->picture.width == 322);
  CHECK(parsed->picture.rate.numerator == 0);
}

TEST_CASE("AVC frames in canonical form pass untouched") {
  const auto config = config_of(high);
  const Bytes frame = with_length(hex("0605ff80")) + with_length(hex("65888400"));
  const auto facts = scan_avc_frame(frame, config);
  REQUIRE(facts.has_value());
  CHECK_FALSE(facts->needs_rewrite);
  CHECK_FALSE(facts->has_parameter_sets);
  CHECK(facts->key);
  CHECK_FALSE(facts->disposable);
  CHECK(canonical(frame, config) == frame);
}

TEST_CASE("AVC frames lose parameter sets and delimiters and get 4-byte lengths") {
  for (const unsigned size : {1u, 2u, 4u}) {
    CAPTURE(size);
    auto config = config_of(high);
    config.nal_length_size = static_cast<uint8_t>(size);
    const Bytes sei = hex("0605ff80"), slice = hex("65888400"), filler = hex("0cff80");
    Bytes frame;
    for (const Bytes& nal : {hex("0910"), sps, pps, sei, Bytes{}, slice, filler})
      frame = frame + with_length(nal, size);
    const auto facts = scan_avc_frame(frame, config);
    REQUIRE(facts.has_value());
    CHECK(facts->needs_rewrite);
    CHECK(facts->has_parameter_sets);
    CHECK(canonical(frame, config) == with_length(sei) + with_length(slice) + with_length(filler));
    Bytes small(facts->canonical_size - 1);
    CHECK(write_canonical_avc(frame, config, small) == 0);
  }
}

TEST_CASE("AVC frames with nothing but parameter sets leave nothing") {
  const auto config = config_of(high);
  const auto facts = scan_avc_frame(with_length(sps) + with_length(pps), config);
  REQUIRE(facts.has_value());
  CHECK(facts->canonical_size == 0);
  CHECK(facts->has_parameter_sets);
  CHECK(scan_avc_frame({}, config)->canonical_size == 0);
}

TEST_CASE("AVC frames whose lengths do not fit are refused (F2)") {
  auto config = config_of(high);
  for (const char* frame :
       {"00", "000000", "0000000565888400", "ffffffff65", "000000016500", "00000004658884000000"}) {
    CAPTURE(frame);
    const auto facts = scan_avc_frame(hex(frame), config);
    REQUIRE(facts.has_error());
    CHECK(facts.error() == Errc::bad_nal_length);
  }
  config.nal_length_size = 3;
  CHECK(scan_avc_frame(hex("00000165"), config).has_error());
}

TEST_CASE("AVC frames no picture refers to are disposable") {
  const auto config = config_of(high);
  CHECK(scan_avc_frame(with_length(hex("019e62")), config)->disposable);
  CHECK_FALSE(scan_avc_frame(with_length(hex("019e62")) + with_length(hex("419e62")), config)->disposable);
  CHECK_FALSE(scan_avc_frame(with_length(hex("0605ff")), config)->disposable);
}

TEST_CASE("in-band AVC parameter sets change a configuration only when they differ") {
  auto config = config_of(high);
  const Bytes same = with_length(sps) + with_length(pps) + with_length(hex("65888400"));
  auto change = absorb_avc_parameter_sets(same, config);
  CHECK_FALSE(change.changed);
  CHECK(change.refused == 0);

  const Bytes other_sps = config_of(baseline).sps[0];  // the same id, another profile
  change = absorb_avc_parameter_sets(with_length(other_sps), config);
  CHECK(change.changed);
  CHECK(config.sps.size() == 1);
  CHECK(config.profile == 66);
  CHECK(config.picture.width == 322);

  const Bytes second_pps = hex("6858");  // id 1
  change = absorb_avc_parameter_sets(with_length(second_pps), config);
  CHECK(change.changed);
  CHECK(config.pps.size() == 2);
}

TEST_CASE("broken in-band AVC parameter sets are counted and change nothing (F3)") {
  auto config = config_of(high);
  const auto before = serialise_avc_config(config);
  const auto change =
      absorb_avc_parameter_sets(with_length(hex("6742001e80")) + with_length(hex("68")), config);
  CHECK_FALSE(change.changed);
  CHECK(change.refused == 2);
  CHECK(serialise_avc_config(config) == before);
}

TEST_CASE("in-band AVC parameter sets cannot fill memory") {
  auto config = config_of(high);
  unsigned refused = 0;
  for (unsigned id = 0; id < 256; ++id) {
    // A PPS of id n: ue(v) of nine bits and more, then rubbish.
    Bytes nal = hex("68");
    const uint32_t code = id + 1;
    const unsigned length = static_cast<unsigned>(31 - __builtin_clz(code));
    const uint32_t bits = code << (31 - 2 * length);
    for (int shift = 24; shift >= 0; shift -= 8) nal.push_back(static_cast<uint8_t>(bits >> shift));
    refused += absorb_avc_parameter_sets(with_length(nal), config).refused;
  }
  CHECK(config.pps.size() == AvcConfig::max_pps);
  CHECK(refused == 256 - AvcConfig::max_pps);
}

TEST_CASE("AVC parsers survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(hex(high), [](auto in) { (void)parse_avc_config(in); });
  sluice::test::survives_truncation_and_damage(sps, [](auto in) { (void)parse_avc_sps(in); });
  const auto config = config_of(high);
  const Bytes frame = with_length(sps) + with_length(pps) + with_length(hex("65888400"));
  sluice::test::survives_truncation_and_damage(frame, [&](auto in) {
    auto absorbing = config;
    (void)absorb_avc_parameter_sets(in, absorbing);
    const auto facts = scan_avc_frame(in, config);
    if (!facts) return;
    Bytes out(facts->canonical_size);
    CHECK(write_canonical_avc(in, config, out) == facts->canonical_size);
  });
}
