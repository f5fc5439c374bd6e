#include "fmp4/session.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <sluice/mux/mp4/demuxer.hpp>
#include <sluice/wire/byte_reader.hpp>
#include <span>
#include <string>

#include "made_tracks.hpp"
#include "session_bench.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::int64_t ms = 1'000'000;

// Twelve seconds: pictures of 25 a second with a key each second and two B-frames, AAC in RTMP's
// milliseconds. A segment every two seconds, a part every 320 ms, stamped in order as the engine does.
struct Stream {
  sluice_track picture = picture_track(1);
  sluice_track sound = sound_track(2);
  std::deque<OwnFrame> frames;

  Stream() {
    std::int64_t sounds = 0;
    for (std::int64_t i = 0; i < 300; ++i) {
      const bool key = i % 25 == 0;
      constexpr std::int64_t shown[] = {80, 200, 40, 0};
      add(picture, key ? 0x65 : 0x41, i * 40 * ms, (i * 40 + shown[i % 4]) * ms, key ? SLUICE_FRAME_KEY : 0);
      for (; sounds * 1024 * 1000 / 44100 < (i + 1) * 40; ++sounds) {
        const std::int64_t dts = sounds * 1024 * 1000 / 44100 * ms;
        add(sound, 0x21, dts, dts, SLUICE_FRAME_KEY);
      }
    }
    stamp();
  }

  void add(const sluice_track& track, std::uint8_t first, std::int64_t dts, std::int64_t pts,
           std::uint32_t flags) {
    const auto number = static_cast<std::uint8_t>(frames.size());
    OwnFrame& frame = frames.emplace_back(track, std::vector<std::uint8_t>{0, 0, 0, 3, first, number, 0x80},
                                          dts, pts, flags);
    frame.view.seq = frames.size();
    frame.view.capture_wall = 1'700'000'000'000'000'000 + pts;
  }

  void stamp() {
    std::uint64_t segment = 40;
    std::uint32_t part = 0;
    std::int64_t part_start = 0;
    for (OwnFrame& frame : frames) {
      const bool video = frame.view.track == &picture;
      const bool key = video && frame.view.flags & SLUICE_FRAME_KEY;
      if (key && frame.view.dts % (2000 * ms) == 0 && frame.view.dts > 0) {
        ++segment;
        part = 0;
        part_start = frame.view.dts;
      } else if (key ? frame.view.dts > 0 : video && frame.view.dts - part_start >= 320 * ms) {
        ++part;
        part_start = frame.view.dts;
      }
      frame.view.segment = segment;
      frame.view.part = part;
    }
  }

  std::vector<const sluice_track*> tracks() const { return {&picture, &sound}; }

  // The first key picture of a segment.
  std::size_t begin_of(std::uint64_t segment) const {
    return static_cast<std::size_t>(
        std::find_if(frames.begin(), frames.end(),
                     [&](const OwnFrame& frame) { return frame.view.segment == segment; }) -
        frames.begin());
  }
};

void play(SessionBench& bench, const Stream& stream, std::size_t from = 0) {
  bench.tracks(stream.tracks());
  for (std::size_t i = from; i < stream.frames.size(); ++i) bench.frame(stream.frames[i].view);
  bench.flush();
}

using Key = std::tuple<std::uint32_t, std::int64_t, std::int64_t>;

// What a demuxer finds: (track, dts, pts) in ticks that forgive the last nanosecond.
std::vector<Key> demuxed(const std::vector<std::uint8_t>& bytes) {
  mux::mp4::Demuxer demuxer;
  demuxer.feed(bytes);
  std::vector<Key> found;
  for (;;) {
    const auto event = demuxer.poll();
    REQUIRE(event.has_value());
    if (!*event) break;
    if (const auto* frame = std::get_if<mux::mp4::Demuxer::Frame>(&**event))
      found.emplace_back(frame->track_id, (frame->dts + ms / 10) / ms, (frame->pts + ms / 10) / ms);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Key> sent(const Stream& stream, bool video = true, bool audio = true) {
  std::vector<Key> keys;
  for (const OwnFrame& frame : stream.frames) {
    const bool picture = frame.view.track == &stream.picture;
    if (picture ? video : audio)
      keys.emplace_back(frame.view.track->id, frame.view.dts / ms, frame.view.pts / ms);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string type_of(const RecordedChunk& chunk) { return {chunk.bytes.begin() + 4, chunk.bytes.begin() + 8}; }

std::uint32_t number_of(const RecordedChunk& chunk) {
  const auto& bytes = chunk.bytes;
  const auto mfhd = std::search(bytes.begin(), bytes.end(), std::begin("mfhd"), std::end("mfhd") - 1);
  REQUIRE(bytes.end() - mfhd >= 12);
  wire::ByteReader reader(std::span(mfhd + 8, bytes.end()));
  return reader.u32be();
}

}  // namespace

TEST_CASE("what is packaged can be read back, frame by frame") {
  const Stream stream;
  for (const char* format : {"mp4", "cmaf"}) {
    CAPTURE(format);
    SessionBench bench(format);
    play(bench, stream);
    CHECK(demuxed(bench.all_bytes()) == sent(stream));
    SessionBench video(format, R"({"tracks":"video"})"), audio(format, R"({"tracks":"audio"})");
    play(video, stream);
    play(audio, stream);
    CHECK(demuxed(video.all_bytes()) == sent(stream, true, false));
    CHECK(demuxed(audio.all_bytes()) == sent(stream, false, true));
  }
  CHECK(SessionBench::held() == 0);
}

TEST_CASE("a CMAF chunk is one part, and its facts are those of its frames") {
  const Stream stream;
  SessionBench bench("cmaf", R"({"tracks":"video"})");
  play(bench, stream);
  REQUIRE(bench.chunks.size() > 36);
  CHECK(bench.chunks[0].facts.flags == SLUICE_CHUNK_INIT);
  CHECK(type_of(bench.chunks[0]) == "ftyp");
  std::int64_t end = 0;
  std::uint64_t segment = 39;
  for (std::size_t i = 1; i < bench.chunks.size(); ++i) {
    const auto& facts = bench.chunks[i].facts;
    CAPTURE(i);
    CHECK(facts.dts == end);
    end += facts.duration;
    const bool begins = facts.segment != segment;
    segment = facts.segment;
    CHECK((facts.part == 0) == begins);
    CHECK(((facts.flags & SLUICE_CHUNK_KEY) != 0) == begins);
    CHECK(((facts.flags & SLUICE_CHUNK_INDEPENDENT) != 0) == (facts.dts % (1000 * ms) == 0));
    CHECK(type_of(bench.chunks[i]) == (begins ? "styp" : "prft"));
  }
  CHECK(end == 11'980 * ms);  // the last part is one picture, and nobody knows what would follow it
}

TEST_CASE("chunks of sound follow the same marks and are all independent") {
  const Stream stream;
  SessionBench bench("cmaf", R"({"tracks":"audio","prft":false})");
  play(bench, stream);
  std::uint64_t segment = 39;
  for (std::size_t i = 1; i < bench.chunks.size(); ++i) {
    const auto& facts = bench.chunks[i].facts;
    const bool begins = std::exchange(segment, facts.segment) != facts.segment;
    CHECK(facts.flags == (begins ? SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT : SLUICE_CHUNK_INDEPENDENT));
    CHECK(type_of(bench.chunks[i]) == (begins ? "styp" : "moof"));
  }
  CHECK(segment == 45);
}

TEST_CASE("two sessions that begin at different segments make equal bytes") {
  const Stream stream;
  for (const char* parameters : {R"({"tracks":"video"})", R"({"tracks":"audio"})", R"({"tracks":"muxed"})"}) {
    CAPTURE(parameters);
    SessionBench early("cmaf", parameters);
    play(early, stream);
    for (const std::uint64_t begin : {41u, 44u}) {
      SessionBench late("cmaf", parameters);
      play(late, stream, stream.begin_of(begin));
      CHECK(late.chunks[0].bytes == early.chunks[0].bytes);
      const std::size_t ahead = early.chunks.size() - late.chunks.size();
      REQUIRE(ahead > 5);
      for (std::size_t i = 1; i < late.chunks.size(); ++i) {
        CAPTURE(i);
        CHECK(late.chunks[i].bytes == early.chunks[i + ahead].bytes);
        CHECK(late.chunks[i].facts.flags == early.chunks[i + ahead].facts.flags);
      }
    }
  }
}

TEST_CASE("a session that begins within a segment does not call it the segment's begin") {
  const Stream stream;
  SessionBench early("cmaf"), late("cmaf");
  play(early, stream);
  std::size_t from = stream.begin_of(42);
  while (stream.frames[from].view.dts != 5000 * ms || stream.frames[from].view.track != &stream.picture)
    ++from;
  play(late, stream, from);  // the key picture in the middle of segment 42
  CHECK_FALSE(late.chunks[1].facts.flags & SLUICE_CHUNK_KEY);
  const std::size_t ahead = early.chunks.size() - late.chunks.size();
  for (std::size_t i = 1; i < late.chunks.size(); ++i)
    CHECK(late.chunks[i].bytes == early.chunks[i + ahead].bytes);
}

TEST_CASE("payload is never copied, and what is costs little") {
  const Stream stream;
  SessionBench chunked("cmaf"), progressive("mp4"), each("mp4", R"({"fragment_ms":0})");
  play(chunked, stream);
  play(progressive, stream);
  play(each, stream);
  const auto copied = [](const SessionBench& bench) {
    std::size_t sum = 0;
    for (std::size_t i = 1; i < bench.chunks.size(); ++i) sum += bench.chunks[i].copied;
    return sum;
  };
  const std::size_t frames = stream.frames.size();
  CHECK(copied(chunked) < frames * 18);
  CHECK(copied(progressive) < frames * 48);
  CHECK(copied(each) > frames * 100);
  CHECK(each.chunks.size() == frames + 1);
}

TEST_CASE("progressive fragments begin with key pictures and end in time") {
  const Stream stream;
  SessionBench bench("mp4");
  play(bench, stream);
  std::size_t keys = 0;
  for (std::size_t i = 1; i < bench.chunks.size(); ++i) {
    const auto& facts = bench.chunks[i].facts;
    keys += (facts.flags & SLUICE_CHUNK_KEY) != 0;
    CHECK(facts.duration <= 160 * ms);
    if (facts.flags & SLUICE_CHUNK_KEY) CHECK(facts.dts % (1000 * ms) == 0);
  }
  CHECK(keys == 12);
}

TEST_CASE("progressive fragments are counted, from where no earlier session of the stream has come") {
  const Stream stream;
  SessionBench bench("mp4"), successor("mp4");
  play(bench, stream);
  for (std::size_t i = 1; i < bench.chunks.size(); ++i)
    CHECK(number_of(bench.chunks[i]) == stream.frames.front().view.seq + i);
  play(successor, stream, stream.begin_of(42));
  std::size_t before = 0;
  while (bench.chunks[before + 1].facts.dts < stream.frames[stream.begin_of(42)].view.dts) ++before;
  CHECK(number_of(successor.chunks[1]) > number_of(bench.chunks[before]));
}

TEST_CASE("tracks again: equal ones change nothing, others end the chunk and bring another init") {
  Stream stream;
  SessionBench bench("cmaf");
  bench.tracks(stream.tracks());
  bench.frame(stream.frames[0].view);
  bench.tracks(stream.tracks());
  CHECK(bench.chunks.size() == 1);
  sluice_track wider = stream.picture;
  wider.revision = 2;
  wider.width = 1280;
  bench.tracks({&wider, &stream.sound});
  REQUIRE(bench.chunks.size() == 3);
  CHECK(bench.chunks[1].facts.dts == 0);
  CHECK(bench.chunks[2].facts.flags == SLUICE_CHUNK_INIT);
  CHECK(bench.chunks[2].bytes != bench.chunks[0].bytes);
  bench.frame(stream.frames[1].view);
  const sluice_track telephone = telephone_track(9);
  CHECK_THROWS_AS(bench.tracks({&telephone}), Error);
  CHECK_NOTHROW(bench.frame(stream.frames[2].view));
  CHECK(SessionBench::held() == 0);
}

TEST_CASE("a flush writes what was gathered and lets go of it") {
  const Stream stream;
  SessionBench bench("cmaf");
  bench.tracks(stream.tracks());
  bench.frame(stream.frames[0].view);
  CHECK(SessionBench::held() == 1);
  bench.flush();
  CHECK(SessionBench::held() == 0);
  CHECK(bench.chunks.size() == 2);
  bench.flush();
  CHECK(bench.chunks.size() == 2);
}

TEST_CASE("frames that cannot be carried are refused, and the rest goes on") {
  Stream stream;
  SessionBench bench("cmaf");
  const auto status = [&](const sluice_frame& frame) {
    try {
      bench.frame(frame);
      return sluice_status{SLUICE_STATUS_OK};
    } catch (const Error& error) {
      return error.status();
    }
  };
  CHECK(status(stream.frames[0].view) == SLUICE_STATUS_STATE);
  sluice_packager_description description{};
  CHECK_THROWS_AS(bench.session.describe(description), Error);
  bench.tracks(stream.tracks());
  const OwnFrame empty(stream.picture, {}, 0, 0, SLUICE_FRAME_KEY), early(stream.picture, {1}, -1, 0, 0);
  sluice_frame vast = stream.frames[0].view;
  vast.bytes = SLUICE_CHUNK_BYTES_LIMIT;
  CHECK(status(empty.view) == SLUICE_STATUS_MEDIA);
  CHECK(status(early.view) == SLUICE_STATUS_MEDIA);
  CHECK(status(vast) == SLUICE_STATUS_MEDIA);
  CHECK(status(stream.frames[0].view) == SLUICE_STATUS_OK);
  bench.session.describe(description);
  CHECK(std::string(description.codecs) == "avc1.64000d,mp4a.40.2");
}

TEST_CASE("a part larger than a chunk may be becomes several, each with a number of its own") {
  const Stream stream;
  SessionBench bench("cmaf", R"({"tracks":"video","prft":false})");
  bench.tracks(stream.tracks());
  std::deque<OwnFrame> frames;
  for (int i = 0; i < 8; ++i)
    bench.frame(frames
                    .emplace_back(stream.picture, std::vector<std::uint8_t>(5u << 20, 1), i * 40 * ms,
                                  i * 40 * ms, SLUICE_FRAME_KEY)
                    .view);
  bench.flush();
  REQUIRE(bench.chunks.size() == 4);
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(bench.chunks[i].bytes.size() <= SLUICE_CHUNK_BYTES_LIMIT);
    numbers.push_back(number_of(bench.chunks[i]));
  }
  CHECK(numbers == std::vector<std::uint32_t>{1, 2, 3});
}
