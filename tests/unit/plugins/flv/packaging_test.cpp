#include "flv/packaging.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <string>

#include "../../sdk/mux/flv/sample_stream.hpp"
#include "../packaging_bench.hpp"

using namespace sluice;
using test::OwnFrame;
using Bench = test::PackagingBench<sluice::flv::Packaging>;
using namespace test::flv;

namespace {

constexpr std::uint32_t key_chunk = SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT;
constexpr std::uint32_t init_chunk = SLUICE_CHUNK_INIT | SLUICE_CHUNK_QUIET;

const Track picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, avc_config);
const Track other_picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, other_avc_config);
const Track sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, aac_config);

struct Feed {
  void operator()(Bench& bench, const Unit& unit, const sluice_track& track) {
    const std::uint32_t flags =
        (unit.key ? SLUICE_FRAME_KEY : 0u) | (unit.disposable ? SLUICE_FRAME_DISPOSABLE : 0u);
    auto& frame =
        frames.emplace_back(track, unit.payload, unit.dts_ms * 1'000'000, unit.pts_ms * 1'000'000, flags);
    frame.view.segment = 3;
    frame.view.part = 2;
    bench.frame(frame.view);
  }
  std::deque<OwnFrame> frames;
};

Unit picture_at(std::int64_t ms, bool key) { return {1, ms, ms, key, false, nal(key ? 0x65 : 0x41, 40, 7)}; }
Unit sound_at(std::int64_t ms) { return {2, ms, ms, true, false, {0x21, 0x10, 4}}; }

bool has_headers(const test::RecordedChunk& chunk) {
  return std::search(chunk.bytes.begin(), chunk.bytes.end(), aac_config.begin(), aac_config.end()) !=
         chunk.bytes.end();
}

template <class Call>
sluice_status refusal_of(Call&& call, std::string* words = nullptr) {
  try {
    call();
  } catch (const Error& error) {
    if (words) *words = error.what();
    return error.status();
  }
  return SLUICE_STATUS_OK;
}

}  // namespace

TEST_CASE("the beginning is the init chunk, each frame a chunk whose payload is not copied") {
  Bench bench;
  Feed feed;
  sluice_packager_description description{};
  CHECK(refusal_of([&] { bench.session.describe(description); }) == SLUICE_STATUS_STATE);
  bench.tracks({&picture.view, &sound.view});
  REQUIRE(bench.chunks.size() == 1);
  CHECK(bench.chunks[0].facts.flags == init_chunk);
  bench.session.describe(description);
  CHECK(std::string(description.mime) == "video/x-flv");
  CHECK(std::string(description.codecs).empty());

  const auto units = sample_units(0, 1, 2);
  for (const Unit& unit : units) feed(bench, unit, unit.track == 1 ? picture.view : sound.view);
  REQUIRE(bench.chunks.size() == 1 + units.size());
  for (std::size_t i = 1; i < units.size(); ++i) {
    const auto& chunk = bench.chunks[i + 1];
    CHECK(chunk.facts.flags == (units[i].track == 1 && units[i].key ? key_chunk : 0));
    CHECK(chunk.facts.dts == units[i].dts_ms * 1'000'000);
    CHECK(chunk.facts.segment == 3);
    CHECK(chunk.facts.part == 2);
    CHECK(chunk.copied == (units[i].track == 1 ? 20 : 17));
    CHECK(chunk.bytes.size() == chunk.copied + units[i].payload.size());
  }
  const Read read = read_file(bench.body_from(1), 100);
  CHECK_FALSE(read.failed);
  CHECK(read.counters.dropped == 0);
  CHECK(read.counters.wrong_sizes == 0);
  CHECK(read.units == units);
}

TEST_CASE("a viewer who joins later reads the same timestamps") {
  Bench bench;
  Feed feed;
  bench.tracks({&picture.view, &sound.view});
  const auto units = sample_units(3'600'000, 1, 2);
  for (const Unit& unit : units) feed(bench, unit, unit.track == 1 ? picture.view : sound.view);
  std::size_t last_key = 0;
  for (std::size_t i = 0; i < bench.chunks.size(); ++i)
    if (bench.chunks[i].facts.flags & SLUICE_CHUNK_KEY) last_key = i;
  REQUIRE(last_key > 5);
  const Read read = read_file(bench.body_from(last_key), 100);
  CHECK(read.units ==
        std::vector<Unit>(units.begin() + static_cast<std::ptrdiff_t>(last_key - 1), units.end()));
}

TEST_CASE("of sound alone every chunk can be begun with") {
  Bench bench;
  Feed feed;
  bench.tracks({&sound.view});
  for (int i = 0; i < 5; ++i) feed(bench, sound_at(i * 23), sound.view);
  for (std::size_t i = 1; i < bench.chunks.size(); ++i) CHECK(bench.chunks[i].facts.flags == key_chunk);
}

TEST_CASE("a change in mid-stream is quiet for who runs, and stands in the chunks") {
  Bench bench;
  Feed feed;
  bench.tracks({&picture.view, &sound.view});
  feed(bench, picture_at(0, true), picture.view);
  feed(bench, sound_at(10), sound.view);
  bench.tracks({&other_picture.view, &sound.view});
  REQUIRE(bench.chunks.back().facts.flags == init_chunk);
  feed(bench, picture_at(40, true), other_picture.view);
  feed(bench, picture_at(80, false), other_picture.view);
  feed(bench, sound_at(90), sound.view);
  feed(bench, picture_at(120, true), other_picture.view);

  SECTION("who runs reads it before the first frame of it, and no second beginning") {
    const Read read = read_file(bench.body_from(1), 64);
    CHECK_FALSE(read.failed);
    REQUIRE(read.tracks.size() == 3);
    CHECK(read.tracks[2].facts.config == other_avc_config);
    CHECK(read.units.size() == 6);
    CHECK(read.counters.dropped == 0);
    CHECK(read.counters.unknown_tags == 0);
  }
  SECTION("each chunk to begin with has it, and the others have not: who skips is told too") {
    for (const std::size_t at : {4u, 7u}) CHECK(has_headers(bench.chunks[at]));
    for (const std::size_t at : {2u, 5u, 6u}) CHECK_FALSE(has_headers(bench.chunks[at]));
    // It had begun with the old configuration and goes on with the last key chunk.
    auto body = bench.chunks[0].bytes;
    append(body, bench.chunks[1].bytes);
    append(body, bench.chunks[7].bytes);
    const Read read = read_file(body, 64);
    CHECK(read.tracks.back().facts.config == other_avc_config);
    CHECK(read.units.size() == 2);
  }
  SECTION("who begins afterwards reads the new beginning") {
    const Read read = read_file(bench.body_from(7), 64);
    REQUIRE(read.tracks.size() == 2);
    CHECK(read.tracks[0].facts.config == other_avc_config);
    CHECK(read.units.size() == 1);
  }
}

TEST_CASE("a change of sound amid a group stands in front of the very next frame") {
  const Track other_sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, {0x11, 0x90});
  Bench bench;
  Feed feed;
  bench.tracks({&picture.view, &sound.view});
  feed(bench, picture_at(0, true), picture.view);
  bench.tracks({&picture.view, &other_sound.view});
  feed(bench, sound_at(20), other_sound.view);
  const Read read = read_file(bench.body_from(1), 64);
  REQUIRE(read.tracks.size() == 3);
  CHECK(read.tracks[2].facts.sample_rate == 48000);
  CHECK(read.units.size() == 2);
}

TEST_CASE("what does not change the bytes makes no init chunk") {
  const Track text(3, SLUICE_TRACK_DATA, SLUICE_FOURCC('t', 'x', 't', ' '), {1});
  Bench bench;
  Feed feed;
  bench.tracks({&picture.view, &sound.view});
  bench.tracks({&picture.view, &text.view, &sound.view});
  CHECK(bench.chunks.size() == 1);
  feed(bench, {3, 0, 0, true, false, {1}}, text.view);
  CHECK(bench.chunks.size() == 1);
}

TEST_CASE("the first chunk of a session has its headers: its viewers may have begun with the one before") {
  Bench bench;
  Feed feed;
  bench.tracks({&picture.view, &sound.view});
  feed(bench, picture_at(0, true), picture.view);
  feed(bench, picture_at(40, true), picture.view);
  CHECK(has_headers(bench.chunks[1]));
  CHECK_FALSE(has_headers(bench.chunks[2]));
}

TEST_CASE("streams and frames that cannot be carried are refused in words") {
  const Track vp8(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_VP8);
  const Track bare(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264);
  Bench bench;
  std::string words;
  CHECK(refusal_of([&] { bench.tracks({&vp8.view}); }, &words) == SLUICE_STATUS_MEDIA);
  CHECK(words.find("vp08") != std::string::npos);
  CHECK(refusal_of([&] { bench.tracks({&bare.view}); }, &words) == SLUICE_STATUS_MEDIA);
  CHECK(words.find("avc1 without configuration") != std::string::npos);
  CHECK(refusal_of([&] { bench.tracks({}); }) == SLUICE_STATUS_MEDIA);
  const OwnFrame early(picture.view, {1}, 0, 0, SLUICE_FRAME_KEY);
  CHECK(refusal_of([&] { bench.frame(early.view); }) == SLUICE_STATUS_STATE);
  bench.tracks({&picture.view});
  const OwnFrame empty(picture.view, {}, 0, 0, SLUICE_FRAME_KEY);
  CHECK(refusal_of([&] { bench.frame(empty.view); }) == SLUICE_STATUS_MEDIA);
  OwnFrame vast(picture.view, {1}, 0, 0, SLUICE_FRAME_KEY);
  vast.view.bytes = 0x1000000;
  CHECK(refusal_of([&] { bench.frame(vast.view); }, &words) == SLUICE_STATUS_MEDIA);
  CHECK(words.find("16 MiB") != std::string::npos);
}
