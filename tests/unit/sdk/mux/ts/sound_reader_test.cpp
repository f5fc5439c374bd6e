#include <catch2/catch.hpp>

#include "reader_run.hpp"
#include "sluice/mux/ts/adts.hpp"

using namespace sluice::test;

namespace {

Bytes aac(size_t size, uint32_t seed, const char* config = "1190") {
  const auto header = *ts::adts_for(*ts::make_adts(hex(config)), size);
  return Bytes(header.begin(), header.end()) + noise(size, seed);
}

ts::Track unknown(uint32_t codec) { return {1, ts::Kind::audio, codec, {}, "", 0, 0}; }

}  // namespace

TEST_CASE("several frames in a packet have times from their samples") {
  ReaderRun run(unknown(SLUICE_CODEC_AAC));
  run.read(1000, aac(100, 1) + aac(200, 2) + aac(50, 3));
  REQUIRE(run.units.size() == 3);
  CHECK(run.units[0].facts.pts == 1000);
  CHECK(run.units[1].facts.pts == 2920);
  CHECK(run.units[2].facts.pts == 4840);
  CHECK(run.units[1].payload == noise(200, 2));
  REQUIRE(run.configs.size() == 1);
  CHECK(run.configs[0].config == hex("1190"));
  CHECK(run.configs[0].sample_rate == 48000);
  run.read({}, aac(10, 4));  // no time: it follows
  CHECK(run.units[3].facts.pts == 6760);
}

TEST_CASE("a frame over the end of a packet has the time of where it began") {
  ReaderRun run(unknown(SLUICE_CODEC_AAC));
  const auto first = aac(100, 1), second = aac(200, 2), third = aac(300, 3);
  const auto split = [](const Bytes& bytes, size_t at) {
    return std::pair(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)),
                     Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end()));
  };
  for (const size_t cut : {3u, 7u, 100u}) {
    CAPTURE(cut);
    run.units.clear();
    const auto [head, tail] = split(second, cut);
    run.read(0, first + head);
    run.read(50'000, tail + third);  // of the third, which is the first that begins there
    REQUIRE(run.units.size() == 3);
    CHECK(run.units[1].payload == noise(200, 2));
    CHECK(run.units[1].facts.pts == 1920);
    CHECK(run.units[2].facts.pts == 50'000);
  }
  // One that begins right with a packet's time, and ends in the next.
  run.units.clear();
  const auto [head, tail] = split(first, 20);
  run.read(70'000, head);
  run.read({}, tail);
  REQUIRE(run.units.size() == 1);
  CHECK(run.units[0].facts.pts == 70'000);
}

TEST_CASE("garbage between frames is passed over, a loss is waited out (M6)") {
  ReaderRun run(unknown(SLUICE_CODEC_AAC));
  run.read(0, hex("0102030405") + aac(10, 1));
  CHECK(run.units.size() == 1);
  CHECK(run.counters.stray_bytes == 5);
  const auto torn = aac(100, 2);
  run.read(5000, Bytes(torn.begin(), torn.begin() + 50));
  run.reader->lose(run.counters);
  CHECK(run.counters.stray_bytes == 55);
  run.read({}, aac(10, 3));
  CHECK(run.units.size() == 1);
  CHECK(run.counters.untimed == 1);
  run.read(9000, aac(10, 4));
  CHECK(run.units.size() == 2);
}

TEST_CASE("another configuration is told before its first unit") {
  ReaderRun run(unknown(SLUICE_CODEC_AAC));
  run.read(0, aac(10, 1) + aac(10, 2, "1210") + aac(10, 3, "1210"));
  REQUIRE(run.configs.size() == 2);
  CHECK(run.configs[1].config == hex("1210"));
  CHECK(run.units[1].facts.pts == 1920);
  CHECK(run.units[2].facts.pts == 1920 + 1024 * 90000 / 44100);
}

TEST_CASE("MP3 and AC-3 are cut by their own headers") {
  for (const uint32_t codec : {SLUICE_CODEC_MP3, SLUICE_CODEC_AC3}) {
    ReaderRun run(unknown(codec));
    const auto first = sound(codec, 1), second = sound(codec, 2);
    run.read(0, first + Bytes(second.begin(), second.begin() + 2));
    run.read({}, Bytes(second.begin() + 2, second.end()));
    REQUIRE(run.units.size() == 2);
    CHECK(run.units[0].payload == first);
    CHECK(run.units[1].payload == second);
    CHECK(run.units[1].facts.pts == int64_t{samples_of(codec)} * 90000 / 48000);
    CHECK(run.configs.size() == 1);
    CHECK(run.configs[0].channels == 2);
    CHECK(run.configs[0].config.empty());
  }
}
