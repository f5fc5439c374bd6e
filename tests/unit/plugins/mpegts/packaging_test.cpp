#include "packaging.hpp"

#include <sluice/c/test_picture.h>

#include <catch2/catch.hpp>
#include <deque>
#include <sluice/mux/ts/demuxer.hpp>
#include <string>

#include "../packaging_bench.hpp"

using namespace sluice;
using sluice::mpegts::Packaging;
namespace ts = sluice::mux::ts;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Chunk = test::RecordedChunk;

const Bytes aac_config = {0x11, 0x90};

sluice_track picture_track() {
  sluice_track track = sluice_test_picture_track();
  track.id = 1;
  return track;
}

sluice_track sound_track(std::uint32_t id = 2) {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.id = id;
  track.kind = SLUICE_TRACK_AUDIO;
  track.codec = SLUICE_CODEC_AAC;
  track.config = {aac_config.data(), aac_config.size()};
  track.sample_rate = 48000;
  track.channels = 2;
  return track;
}

struct Run : test::PackagingBench<Packaging> {
  void frame(const sluice_track& track, const std::vector<Bytes>& spans, std::int64_t ms, std::uint32_t flags,
             std::uint64_t segment = 1, std::uint32_t discontinuity = 0) {
    std::vector<sluice_span> list;
    sluice_frame frame{};
    for (const Bytes& span : spans) {
      list.push_back({span.data(), span.size()});
      frame.bytes += span.size();
    }
    frame.struct_size = sizeof frame;
    frame.flags = flags;
    frame.dts = frame.pts = ms * ts::milliseconds;
    frame.duration = 7;
    frame.track = &track;
    frame.segment = segment;
    frame.part = 3;
    frame.discontinuity = discontinuity;
    frame.spans = list.data();
    frame.span_count = static_cast<std::uint32_t>(list.size());
    PackagingBench::frame(frame);
  }
  Chunk take() {
    REQUIRE(chunks.size() == 1);
    Chunk chunk = chunks.front();
    chunks.clear();
    CHECK(chunk.copied == chunk.bytes.size());  // packets are contiguous: nothing is sliced
    return chunk;
  }
};

Bytes picture(std::uint32_t number) {
  Bytes bytes(SLUICE_TEST_PICTURE_BYTES);
  sluice_test_picture_draw(number, bytes.data());
  return bytes;
}

const Bytes inter = {0, 0, 0, 2, 0x41, 9};
const Bytes unit(100, 5);

bool begins_with_tables(const Bytes& packets) {
  return packets.size() >= 376 && packets[1] == 0x40 && packets[2] == 0 && packets[189] == 0x50 &&
         packets[190] == 0;
}

}  // namespace

TEST_CASE("each frame is a chunk of whole packets; key frames carry tables") {
  Run run;
  const auto video = picture_track(), audio = sound_track();
  run.tracks({&video, &audio});
  CHECK(run.chunks.empty());  // no init chunk
  run.frame(video, {picture(0)}, 0, SLUICE_FRAME_KEY, 7);
  const Chunk key = run.take();
  CHECK(key.facts.flags == (SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT));
  CHECK(key.facts.segment == 7);
  CHECK(key.facts.part == 3);
  CHECK(key.facts.duration == 7);
  CHECK(key.bytes.size() % 188 == 0);
  CHECK(begins_with_tables(key.bytes));
  run.frame(audio, {unit}, 10, SLUICE_FRAME_KEY, 7);
  const Chunk sound = run.take();
  CHECK(sound.facts.flags == 0);
  CHECK(sound.facts.dts == 10 * ts::milliseconds);
  CHECK(sound.bytes.size() == 188);
  run.frame(video, {inter}, 40, 0, 7);
  CHECK(run.take().facts.flags == 0);
}

TEST_CASE("a payload in several spans is the same packets") {
  const auto video = picture_track();
  const Bytes whole = picture(3);
  Run one, three;
  one.tracks({&video});
  three.tracks({&video});
  one.frame(video, {whole}, 0, SLUICE_FRAME_KEY);
  three.frame(video, {Bytes(whole.begin(), whole.begin() + 3), {}, Bytes(whole.begin() + 3, whole.end())}, 0,
              SLUICE_FRAME_KEY);
  CHECK(one.take().bytes == three.take().bytes);
}

TEST_CASE("a segment begins with tables, whatever frame that is") {
  Run run;
  const auto video = picture_track(), audio = sound_track();
  run.tracks({&video, &audio});
  run.frame(video, {picture(0)}, 0, SLUICE_FRAME_KEY, 1);
  run.take();
  run.frame(audio, {unit}, 5, SLUICE_FRAME_KEY, 2);
  const Chunk first = run.take();
  CHECK(begins_with_tables(first.bytes));
  CHECK(first.facts.flags == 0);  // a picture cannot be decoded from here
  run.frame(audio, {unit}, 10, SLUICE_FRAME_KEY, 2);
  CHECK_FALSE(begins_with_tables(run.take().bytes));
}

TEST_CASE("AAC alone is gathered up to 100 ms, and each chunk of it can be begun with") {
  Run run;
  const auto audio = sound_track();
  run.tracks({&audio});
  constexpr int count = 48;
  for (int i = 0; i < count; ++i)
    run.frame(audio, {Bytes(100, static_cast<std::uint8_t>(i))}, i * 64 / 3, SLUICE_FRAME_KEY);
  REQUIRE(run.chunks.size() == count / 4);
  for (const Chunk& chunk : run.chunks) {
    CHECK(chunk.facts.flags == (SLUICE_CHUNK_INDEPENDENT | SLUICE_CHUNK_KEY));
    CHECK(begins_with_tables(chunk.bytes));
    CHECK(chunk.facts.duration == 4 * 7);
    CHECK(chunk.bytes.size() == (2 + 3) * 188);
  }
  CHECK(run.chunks[1].facts.dts == 85 * ts::milliseconds);
}

TEST_CASE("sound that waits is written before anything that may not share its packet") {
  Run run;
  const auto audio = sound_track();
  run.tracks({&audio});
  const auto waits = [&](int ms, std::uint64_t segment = 1, std::uint32_t discontinuity = 0) {
    run.chunks.clear();
    run.frame(audio, {unit}, ms, SLUICE_FRAME_KEY, segment, discontinuity);
    return run.chunks.empty();
  };
  CHECK(waits(0));
  CHECK(waits(21));
  SECTION("another time than the samples make") { CHECK_FALSE(waits(45)); }
  SECTION("another segment") { CHECK_FALSE(waits(42, 2)); }
  SECTION("a break of the timeline") { CHECK_FALSE(waits(42, 1, 1)); }
  SECTION("the end of the stream") { run.flush(); }
  SECTION("other tracks") { run.tracks({&audio}); }
  CHECK(run.chunks.size() == 1);
  CHECK(run.chunks.at(0).facts.duration == 14);
}

TEST_CASE("beside a picture nothing waits") {
  Run run;
  const auto video = picture_track(), audio = sound_track();
  run.tracks({&audio, &video});
  run.frame(video, {picture(0)}, 0, SLUICE_FRAME_KEY);
  run.frame(audio, {unit}, 0, SLUICE_FRAME_KEY);
  run.frame(audio, {unit}, 21, SLUICE_FRAME_KEY);
  CHECK(run.chunks.size() == 3);
}

TEST_CASE("after a discontinuity, and after a pause, decoders can start anew") {
  Run run;
  const auto audio = sound_track();
  run.tracks({&audio});
  run.frame(audio, {unit}, 1000, SLUICE_FRAME_KEY, 1, 0);
  run.frame(audio, {unit}, 1021, SLUICE_FRAME_KEY, 1, 0);
  run.frame(audio, {unit}, 1042, SLUICE_FRAME_KEY, 1, 1);
  run.take();  // those before
  run.flush();
  const Chunk broken = run.take();
  REQUIRE(begins_with_tables(broken.bytes));
  CHECK((broken.bytes[376 + 5] & 0x80) != 0);  // discontinuity_indicator
  run.frame(audio, {unit}, 1063, SLUICE_FRAME_KEY, 1, 1);
  CHECK(run.chunks.empty());
  run.flush();
  CHECK(begins_with_tables(run.take().bytes));
}

// A viewer of one session goes on with the next one, whose counters begin anew: a table whose counter happens
// to be that of the one before is a repetition to a decoder.
TEST_CASE("whatever the counters were, the next session's tables are read before its first picture") {
  struct Pictures final : ts::DemuxerSink {
    void on_track(const ts::Track&) override {}
    void on_track_end(std::uint32_t) override {}
    void on_frame(const ts::Frame&) override { ++count; }
    unsigned count = 0;
  };
  const auto video = picture_track(), audio = sound_track();
  for (unsigned tables = 1; tables <= 16; ++tables) {
    CAPTURE(tables);
    Run before, after;
    before.tracks({&audio});
    before.tracks({&audio, &video});  // the picture gets another PID than in a session that begins with it
    for (unsigned i = 0; i < tables; ++i) {
      before.frame(video, {picture(i)}, i * 40, SLUICE_FRAME_KEY);
    }
    after.tracks({&video, &audio});
    after.frame(video, {picture(tables)}, tables * 40, SLUICE_FRAME_KEY);
    Pictures pictures;
    ts::Demuxer demuxer(pictures);
    demuxer.feed(before.all_bytes());
    demuxer.feed(after.all_bytes());
    demuxer.finish();
    CHECK(pictures.count == tables + 1);
  }
}

TEST_CASE("a description names what is carried, each once") {
  Run run;
  sluice_packager_description description{};
  CHECK_THROWS_AS(run.session.describe(description), Error);
  const auto video = picture_track(), audio = sound_track(), other = sound_track(3);
  auto av1 = picture_track();
  av1.id = 4;
  av1.codec = SLUICE_CODEC_AV1;
  run.tracks({&video, &audio, &other, &av1});
  run.session.describe(description);
  CHECK(std::string(description.mime) == "video/mp2t");
  CHECK(std::string(description.codecs) == "avc1.42c01e,mp4a.40.2");
  run.frame(av1, {inter}, 0, 0);
  CHECK(run.chunks.empty());
}

TEST_CASE("what cannot be carried is refused in words, and the next frame goes on") {
  Run run;
  auto av1 = picture_track();
  av1.codec = SLUICE_CODEC_AV1;
  av1.config = {};
  try {
    run.tracks({&av1});
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.status() == SLUICE_STATUS_MEDIA);
    CHECK(std::string(error.what()).find("one whose configuration is broken") != std::string::npos);
  }
  CHECK_THROWS_AS(run.tracks({}), Error);
  const auto video = picture_track();
  run.tracks({&video});
  CHECK_THROWS_AS(run.frame(video, {{0, 0, 0, 9, 1}}, 0, SLUICE_FRAME_KEY), Error);
  CHECK_THROWS_AS(run.frame(video, {}, 0, SLUICE_FRAME_KEY), Error);
  CHECK_FALSE(run.is_amid_chunk());
  run.frame(video, {picture(1)}, 0, SLUICE_FRAME_KEY);
  CHECK(run.take().facts.flags == (SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT));
}
