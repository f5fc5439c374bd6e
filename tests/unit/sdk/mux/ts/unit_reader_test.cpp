#include "sluice/mux/ts/unit_reader.hpp"

#include <catch2/catch.hpp>

#include "reader_run.hpp"

using namespace sluice::test;

TEST_CASE("several Opus packets of one PES packet follow by their samples") {
  ReaderRun run(sound_track(1, SLUICE_CODEC_OPUS));
  run.read(100, hex("7fe0 02 fc01 7fe0 03 f80203"));
  REQUIRE(run.units.size() == 2);
  CHECK(run.units[0].payload == hex("fc01"));
  CHECK(run.units[1].payload == hex("f80203"));
  CHECK(run.units[1].facts.pts == 1900);
  CHECK(run.configs.size() == 1);
  run.read({}, hex("7fe0 02 fc01"));
  CHECK(run.counters.untimed == 1);
  run.read(5, hex("7fe0 02 fc01 0000"));
  CHECK(run.units.size() == 3);
  CHECK(run.counters.bad_units == 1);
  run.read(6, hex("7fe0 02 fb00"));  // a packet of no frames
  CHECK(run.counters.bad_units == 2);
}

TEST_CASE("data is one unit a packet") {
  ReaderRun run(data_track(1));
  run.read(5, hex("010203"), 3);
  REQUIRE(run.units.size() == 1);
  CHECK(run.units[0].payload == hex("010203"));
  CHECK(run.units[0].facts.pts == 5);
  CHECK(run.units[0].facts.dts == 3);
  run.read({}, hex("01"));
  run.read(1, {});
  CHECK(run.units.size() == 1);
  CHECK(run.counters.untimed == 1);
  CHECK(run.counters.bad_units == 1);
}
