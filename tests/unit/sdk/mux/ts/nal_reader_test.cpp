#include <catch2/catch.hpp>

#include "reader_run.hpp"

using namespace sluice::test;

namespace {

const char* const sps_pps = "000000016764000dacd941519e226c04400000fa40003a9803c50a6580 0000000168ebe3cb22c0";
const char* const other_sps = "000000016742c00dd901519e226c04400000fa40003a9803c50a92010000000168cb83cb20";

ts::Track unknown(uint32_t codec) { return {1, ts::Kind::video, codec, {}, "", 0, 0}; }

}  // namespace

TEST_CASE("units wait for parameter sets, which become the configuration (F5)") {
  ReaderRun run(unknown(SLUICE_CODEC_H264));
  run.read(10, hex("0000000109f0 000001 4101"));
  CHECK(run.units.empty());
  CHECK(run.counters.before_config == 1);
  run.read(20, hex("0000000109f0") + hex(sps_pps) + hex("000001 0605 000001 6501"), 15);
  REQUIRE(run.units.size() == 1);
  REQUIRE(run.configs.size() == 1);
  CHECK(run.configs[0].config == avc_config);
  CHECK(run.units[0].payload == hex("00000002 0605 00000002 6501"));
  CHECK(run.units[0].facts.key);
  CHECK(run.units[0].facts.pts == 20);
  CHECK(run.units[0].facts.dts == 15);
  run.read(30, hex("0000000109f0") + hex(sps_pps) + hex("000001 6502"));
  CHECK(run.configs.size() == 1);
  run.read(40, hex("0000000109f0 000001 0101"));
  CHECK_FALSE(run.units.back().facts.key);
  CHECK(run.units.back().facts.disposable);
  run.read(50, hex("0000000109f0") + hex(other_sps) + hex("000001 6503"));
  REQUIRE(run.configs.size() == 2);
  CHECK(run.configs[1].config[1] == 0x42);
}

TEST_CASE("H.265 needs all three of its sets") {
  ReaderRun run(unknown(SLUICE_CODEC_H265));
  const Bytes vps = hex("000001 40010c01ffff01600000030090000003000003003c959809");
  const Bytes sps_and_pps =
      hex("000001 42010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
          "000001 4401c172b46240");
  run.read(1, sps_and_pps + hex("000001 260101"));
  CHECK(run.units.empty());
  run.read(2, vps + sps_and_pps + hex("000001 260101"));
  REQUIRE(run.configs.size() == 1);
  CHECK(run.configs[0].config == hevc_config);
  CHECK(run.units.size() == 1);
  CHECK(run.units[0].facts.key);
}

TEST_CASE("a second unit in one packet has no time of its own and is counted (M6)") {
  ReaderRun run(unknown(SLUICE_CODEC_H264));
  run.read(1, hex("0000000109f0") + hex(sps_pps) + hex("000001 6501 0000000109f0 000001 4101"));
  CHECK(run.units.size() == 1);
  CHECK(run.counters.untimed == 1);
  run.read({}, hex("0000000109f0 000001 4102"));
  CHECK(run.units.size() == 1);
  CHECK(run.counters.untimed == 2);
  run.read(7, hex("0000000109f0 000001 4103"));
  CHECK(run.units.size() == 2);
  CHECK(run.units.back().facts.dts == 7);
}

TEST_CASE("bytes that are no units are counted and change nothing") {
  ReaderRun run(unknown(SLUICE_CODEC_H264));
  run.read(1, hex("aabbcc"));
  CHECK(run.counters.bad_units == 1);
  run.read(1, hex("00000001 67 00000001 68"));
  CHECK(run.counters.bad_parameter_sets == 2);
  run.read(1, hex(sps_pps));  // sets without a picture: a configuration, no unit
  CHECK(run.configs.size() == 1);
  CHECK(run.units.empty());
  CHECK(run.counters.bad_units == 3);
}
