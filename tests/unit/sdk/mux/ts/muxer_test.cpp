#include "sluice/mux/ts/muxer.hpp"

#include <catch2/catch.hpp>
#include <sluice/mux/ts/sound_run.hpp>

#include "sample_stream.hpp"
#include "tr101290.hpp"

using namespace sluice::test;
using ts::milliseconds;

namespace {

// What comes out is what went in, access unit for access unit, in pieces of odd sizes.
void check_round_trip(const std::vector<ts::Track>& tracks, int64_t from_ticks,
                      ts::MuxerSettings settings = {}) {
  const auto sent = stream_of(tracks, from_ticks, 4 * 90000);
  // The wraps that were over when it began cannot be known from it.
  constexpr auto wrap = static_cast<int64_t>(ts::clock_wrap);
  const int64_t lost = from_ticks / wrap * wrap;
  const auto stream = muxed(tracks, sent, settings);
  CHECK(stream.size() % 188 == 0);
  const auto verdict = Tr101290Check(stream).result;
  CHECK(verdict.errors() == 0);
  CHECK(verdict.units == sent.size());

  DemuxRun run;
  for (size_t at = 0, piece = 1; at < stream.size(); at += piece, piece = piece % 1500 + 7)
    run.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
  run.finish();
  REQUIRE(run.sink.order.size() == tracks.size());
  for (const auto& track : tracks) {
    CAPTURE(track.id, track.codec);
    const auto seen = std::find_if(run.sink.tracks.begin(), run.sink.tracks.end(), [&](const auto& each) {
      return each.second.codec == track.codec && each.second.kind == track.kind &&
             each.second.language == track.language;
    });
    REQUIRE(seen != run.sink.tracks.end());
    CHECK(seen->second.config == track.config);
    if (track.kind == ts::Kind::audio) CHECK(seen->second.sample_rate == 48000);
    if (track.kind == ts::Kind::audio) CHECK(seen->second.channels == 2);
    CHECK(run.sink.configurations[seen->first] == 1);
    std::vector<const OwnedFrame*> expected;
    for (const auto& frame : sent)
      if (frame.facts.track == track.id) expected.push_back(&frame);
    const auto& came = run.sink.frames[seen->first];
    REQUIRE(came.size() == expected.size());
    for (size_t i = 0; i < came.size(); ++i) {
      CAPTURE(i);
      REQUIRE(came[i].payload == expected[i]->payload);
      const auto wired = [&](int64_t ns) { return ts::ticks_of_ns(ns + settings.origin) - lost; };
      REQUIRE(ts::ticks_of_ns(came[i].facts.dts) == wired(expected[i]->facts.dts));
      REQUIRE(ts::ticks_of_ns(came[i].facts.pts) == wired(expected[i]->facts.pts));
      REQUIRE(came[i].facts.key == expected[i]->facts.key);
      REQUIRE_FALSE(came[i].facts.discontinuity);
    }
  }
  const auto& counters = run.counters();
  CHECK(counters.packets == stream.size() / 188);
  CHECK(counters.continuity_errors + counters.bad_sections + counters.bad_pes + counters.cut_pes +
            counters.bad_units + counters.stray_bytes + counters.untimed + counters.unlisted +
            counters.pcr_jumps + counters.pcr_missing + counters.time_jumps + counters.before_config ==
        0);
}

bool has_pcr(std::span<const uint8_t> packet) {
  return packet[3] & 0x20 && packet[4] > 0 && packet[5] & 0x10;
}

int64_t pcr_of(std::span<const uint8_t> packet) {
  int64_t base = 0;
  for (size_t i = 6; i < 10; ++i) base = base << 8 | packet[i];
  return (base << 1 | packet[10] >> 7) * 300 + ((packet[10] & 1) << 8 | packet[11]);
}

struct Seen {
  size_t pats = 0, references = 0, breaks = 0, accesses = 0;
  std::vector<unsigned> map_versions;
};

Seen look(const Bytes& stream) {
  Seen seen;
  for (size_t at = 0; at < stream.size(); at += 188) {
    const auto packet = std::span(stream).subspan(at, 188);
    seen.pats += pid_of(packet) == 0;
    seen.references += has_pcr(packet);
    if (packet[3] & 0x20 && packet[4] > 0) {
      seen.breaks += packet[5] >> 7;
      seen.accesses += packet[5] >> 6 & 1;
    }
    if (pid_of(packet) == 0x1000) seen.map_versions.push_back(packet[10] >> 1 & 0x1f);
  }
  return seen;
}

}  // namespace

TEST_CASE("every codec comes back as it went") {
  SECTION("H.264 with B-frames and AAC") {
    check_round_trip({video_track(1), sound_track(2, SLUICE_CODEC_AAC)}, 0);
  }
  SECTION("H.265 and Opus") {
    check_round_trip({video_track(1, SLUICE_CODEC_H265), sound_track(2, SLUICE_CODEC_OPUS)}, 0);
  }
  SECTION("MP3") { check_round_trip({video_track(1), sound_track(2, SLUICE_CODEC_MP3)}, 0); }
  SECTION("AC-3") { check_round_trip({video_track(1), sound_track(2, SLUICE_CODEC_AC3)}, 0); }
  SECTION("data beside picture and sound") {
    check_round_trip({video_track(1), sound_track(2, SLUICE_CODEC_AAC), data_track(3)}, 0);
  }
  SECTION("picture alone") { check_round_trip({video_track(1)}, 0); }
  for (const uint32_t codec : {SLUICE_CODEC_AAC, SLUICE_CODEC_MP3, SLUICE_CODEC_AC3, SLUICE_CODEC_OPUS}) {
    DYNAMIC_SECTION("sound alone " << codec) { check_round_trip({sound_track(1, codec)}, 0); }
  }
  SECTION("three languages") {
    check_round_trip({video_track(1), sound_track(2, SLUICE_CODEC_AAC, "de"),
                      sound_track(3, SLUICE_CODEC_AAC, "en"), sound_track(4, SLUICE_CODEC_AC3, "gsw")},
                     0);
  }
}

TEST_CASE("AAC frames in one PES packet come back with their times, in fewer packets") {
  const auto track = sound_track(1, SLUICE_CODEC_AAC);
  const auto frames = frames_of(track, 4711, 4 * 90000);
  for (const size_t together : {size_t{2}, size_t{3}, size_t{4}}) {
    CAPTURE(together);
    ts::Muxer muxer;
    REQUIRE(muxer.set_tracks(std::span(&track, 1)).has_value());
    auto run = ts::SoundRun::of(track);
    REQUIRE(run);
    Bytes out;
    for (size_t i = 0; i < frames.size(); i += together) {
      std::vector<ts::Frame> units;
      for (size_t j = i; j < std::min(i + together, frames.size()); ++j) {
        if (j > i) REQUIRE(run->continues_with(frames[j].view().pts));
        j == i ? run->begin(frames[j].view().pts) : run->add();
        units.push_back(frames[j].view());
      }
      REQUIRE(muxer.write(units, out).has_value());
    }
    const auto verdict = Tr101290Check(out).result;
    CHECK(verdict.errors() == 0);
    if (together == 4) CHECK(out.size() * 100 < muxed({track}, frames).size() * 80);
    DemuxRun demuxed;
    demuxed.feed(out).finish();
    const auto& came = demuxed.sink.of(0);
    REQUIRE(came.size() == frames.size());
    for (size_t i = 0; i < came.size(); ++i) {
      CAPTURE(i);
      REQUIRE(came[i].payload == frames[i].payload);
      REQUIRE(ts::ticks_of_ns(came[i].facts.pts) ==
              ts::ticks_of_ns(frames[i].facts.pts + 1000 * milliseconds));
    }
    CHECK(demuxed.counters().stray_bytes + demuxed.counters().untimed + demuxed.counters().pcr_jumps == 0);
  }
  ts::Muxer muxer;
  const auto opus = sound_track(1, SLUICE_CODEC_OPUS);
  REQUIRE(muxer.set_tracks(std::span(&opus, 1)).has_value());
  const std::vector<ts::Frame> two(2, frames[0].view());
  Bytes out;
  CHECK(muxer.write(two, out).error() == ts::Errc::beyond_limits);
  CHECK(out.empty());
}

TEST_CASE("clocks pass the wrap of 33 bits") {
  constexpr auto wrap = static_cast<int64_t>(ts::clock_wrap);
  const std::vector<ts::Track> tracks = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};
  ts::MuxerSettings settings;
  settings.origin = 0;
  settings.delay = 300 * milliseconds;
  check_round_trip(tracks, wrap - 90000, settings);  // DTS wraps after a second
  check_round_trip(tracks, wrap - 5000, settings);   // PTS wraps before DTS
  check_round_trip(tracks, wrap + 10000, settings);  // PCR alone is before the wrap
  auto stream = muxed(tracks, stream_of(tracks, wrap + 10000, 3600), settings);
  CHECK(pcr_of(packet_at(stream, 2)) == (wrap - 17000) * 300);
}

TEST_CASE("an access unit larger than a PES length can say is of unknown length") {
  const std::vector<ts::Track> tracks = {video_track(1)};
  const auto sent = frames_of(tracks[0], 0, 9000, 400'000);
  DemuxRun run;
  run.feed(muxed(tracks, sent)).finish();
  REQUIRE(run.sink.total() == sent.size());
  CHECK(run.sink.of(0)[0].payload == sent[0].payload);

  ts::Muxer muxer;
  Bytes out;
  const auto data = data_track(1);
  REQUIRE(muxer.set_tracks(std::span(&data, 1)).has_value());
  CHECK(muxer.write(owned(1, 0, 0, true, noise(70'000, 1)).view(), out).error() == ts::Errc::beyond_limits);
  CHECK(out.empty());
  CHECK(muxer.write(owned(1, 0, 0, true, noise(60'000, 1)).view(), out).has_value());
}

TEST_CASE("tables come at key frames, at the start of a segment, and in between") {
  const auto track = video_track(1);
  ts::Muxer muxer;
  REQUIRE(muxer.set_tracks(std::span(&track, 1)).has_value());
  Bytes out;
  std::vector<int> with_tables;
  const auto frames = frames_of(track, 0, 60 * 3600);
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i == 27) muxer.begin_segment();
    const auto written = muxer.write(frames[i].view(), out);
    REQUIRE(written.has_value());
    if (written->tables) with_tables.push_back(static_cast<int>(i));
    CHECK(written->key == (i % 25 == 0));
  }
  for (const int wanted : {0, 25, 27, 50})
    CHECK(std::count(with_tables.begin(), with_tables.end(), wanted) == 1);
  for (size_t i = 1; i < with_tables.size(); ++i) CHECK(with_tables[i] - with_tables[i - 1] <= 2);
  CHECK(look(out).accesses == 3);
}

TEST_CASE("parameter sets and a delimiter stand in front of a key frame") {
  const auto track = video_track(1);
  const auto frames = frames_of(track, 0, 3600);
  const auto stream = muxed({track}, frames);
  const Bytes expected =
      hex("00000001 09f0 00000001 6764000dacd941519e226c04400000fa40003a9803c50a6580"
          "00000001 68ebe3cb22c0 000001 0605");
  CHECK(std::search(stream.begin(), stream.end(), expected.begin(), expected.end()) != stream.end());
}

TEST_CASE("references go on where frames are rare") {
  for (const int64_t step_ms : {10, 33, 41, 100, 500, 1900}) {
    CAPTURE(step_ms);
    const auto track = video_track(1);
    std::vector<OwnedFrame> frames;
    for (int64_t i = 0; i < 12; ++i)
      frames.push_back(
          owned(1, i * step_ms * 90, i * step_ms * 90, true, picture(track.codec, Picture::key, 3000, 1)));
    Tr101290Limits limits;
    limits.pts_ms = 2000;
    const auto result = Tr101290Check(muxed({track}, frames), limits).result;
    CHECK(result.errors() == 0);
    CHECK(result.references >= 11 * step_ms / 40);
  }
}

TEST_CASE("sound keeps the clock going when the picture stops") {
  const std::vector<ts::Track> tracks = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};
  auto frames = stream_of(tracks, 0, 6 * 90000);
  std::erase_if(frames, [](const auto& frame) {
    return frame.facts.track == 1 && frame.facts.dts > 1000 * milliseconds;
  });
  Tr101290Limits limits;
  limits.pts_ms = limits.pid_ms = 10000;
  limits.early_ms = 3000;  // until the picture is given up
  CHECK(Tr101290Check(muxed(tracks, frames), limits).result.errors() == 0);
}

TEST_CASE("sound that comes a third of a second late is still in time") {
  const std::vector<ts::Track> tracks = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};
  auto frames = stream_of(tracks, 0, 3 * 90000);
  std::sort(frames.begin(), frames.end(), [](const auto& a, const auto& b) {
    const auto sent = [](const auto& frame) {
      return std::pair(frame.facts.dts + (frame.facts.track == 2 ? 330 * milliseconds : 0),
                       frame.facts.track);
    };
    return sent(a) < sent(b);
  });
  ts::Muxer muxer;
  REQUIRE(muxer.set_tracks(tracks).has_value());
  CHECK(Tr101290Check(mux(muxer, frames)).result.errors() == 0);
  CHECK(muxer.late_frames() == 0);
}

TEST_CASE("a broken timeline is said to be one") {
  const std::vector<ts::Track> tracks = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};
  for (const bool is_told : {true, false}) {
    CAPTURE(is_told);
    auto frames = stream_of(tracks, 10 * 90000, 90000);
    auto later = stream_of(tracks, is_told ? 90'000'000 : 0, 90000);
    later[0].facts.discontinuity = is_told;
    const size_t before = frames.size();
    std::move(later.begin(), later.end(), std::back_inserter(frames));
    const auto stream = muxed(tracks, frames);
    CHECK(Tr101290Check(stream).result.errors() == 0);
    DemuxRun run;
    run.feed(stream).finish();
    CHECK(run.sink.total() == frames.size());
    CHECK(run.counters().pcr_jumps == 0);
    CHECK(run.counters().time_jumps == 0);
    unsigned broken = 0;
    for (const auto& [id, list] : run.sink.frames)
      for (const auto& frame : list) broken += frame.facts.discontinuity;
    CHECK(broken == 2);
    CHECK(before > 0);
  }
}

TEST_CASE("the map's version rises with each change of tracks, and with nothing else") {
  const std::vector<ts::Track> one = {video_track(1)},
                               two = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};
  ts::Muxer muxer;
  Bytes stream;
  const auto run = [&](const std::vector<ts::Track>& tracks, int64_t from) {
    REQUIRE(muxer.set_tracks(tracks).has_value());
    const Bytes part = mux(muxer, stream_of(tracks, from, 90000));
    stream.insert(stream.end(), part.begin(), part.end());
    return look(part).map_versions;
  };
  const auto all = [](const std::vector<unsigned>& versions, unsigned wanted) {
    return !versions.empty() &&
           std::all_of(versions.begin(), versions.end(), [&](unsigned v) { return v == wanted; });
  };
  CHECK(all(run(one, 0), 0));
  CHECK(all(run(two, 90000), 1));
  auto reconfigured = two;
  reconfigured[0].config = other_avc_config;
  CHECK(all(run(reconfigured, 180000), 1));  // in band: the same stream goes on
  auto recoded = reconfigured;
  recoded[1] = sound_track(2, SLUICE_CODEC_MP3);
  CHECK(all(run(recoded, 270000), 2));
  CHECK(all(run(one, 360000), 3));
  Tr101290Limits limits;
  limits.pts_ms = 1100;
  CHECK(Tr101290Check(stream, limits).result.errors() == 0);

  DemuxRun back;
  back.feed(stream).finish();
  REQUIRE(back.sink.order.size() == 3);
  CHECK(back.sink.configurations[back.sink.order[0]] == 3);
  CHECK(back.sink.ended == std::vector<uint32_t>{back.sink.order[1], back.sink.order[2]});
  CHECK(back.sink.track(2).codec == SLUICE_CODEC_MP3);
  CHECK(back.sink.of(0).size() == 5 * 25);
  CHECK(back.counters().continuity_errors == 0);
}

TEST_CASE("tracks that cannot be carried are left out; with none left the set is refused") {
  auto av1 = video_track(1);
  av1.codec = SLUICE_CODEC_AV1;
  auto broken = video_track(3);
  broken.config.resize(6);
  const std::vector<ts::Track> mixed = {av1, sound_track(2, SLUICE_CODEC_AAC), broken};
  ts::Muxer muxer;
  CHECK(muxer.set_tracks(std::span(&av1, 1)).error() == ts::Errc::no_track);
  CHECK(muxer.set_tracks({}).error() == ts::Errc::no_track);
  REQUIRE(muxer.set_tracks(mixed).has_value());
  CHECK_FALSE(muxer.carries(1));
  CHECK(muxer.carries(2));
  CHECK_FALSE(muxer.has_video());
  Bytes out;
  CHECK(muxer.write(owned(1, 0, 0, true, {1}).view(), out).error() == ts::Errc::unknown_track);
  CHECK(out.empty());
  CHECK(muxer.set_tracks(std::span(&av1, 1)).error() == ts::Errc::no_track);
  CHECK(muxer.carries(2));
}

TEST_CASE("frames that are none leave nothing behind, and the next goes on") {
  const auto track = video_track(1);
  ts::Muxer muxer;
  REQUIRE(muxer.set_tracks(std::span(&track, 1)).has_value());
  Bytes out;
  for (const char* bytes : {"", "00", "000000", "00000002 65", "ffffffff 01", "00000000", "00000002 09f0"}) {
    CAPTURE(bytes);
    CHECK(muxer.write(owned(1, 0, 0, true, hex(bytes)).view(), out).error() == ts::Errc::malformed);
    CHECK(out.empty());
  }
  CHECK(
      muxer.write(owned(1, 0, 0, true, picture(track.codec, Picture::key, 100, 1)).view(), out).has_value());
  CHECK(out.size() >= 3 * 188);
}

TEST_CASE("times beyond all reason are refused") {
  const auto track = sound_track(1, SLUICE_CODEC_AAC);
  ts::Muxer muxer;
  REQUIRE(muxer.set_tracks(std::span(&track, 1)).has_value());
  Bytes out;
  for (const int64_t time : {INT64_MIN, INT64_MAX, -ts::max_time - 2, ts::max_time + 2})
    for (const bool is_dts : {false, true}) {
      auto frame = owned(1, 0, 0, true, hex("0102"));
      (is_dts ? frame.facts.dts : frame.facts.pts) = time;
      CHECK(muxer.write(frame.view(), out).error() == ts::Errc::beyond_limits);
    }
  CHECK(out.empty());
  auto frame = owned(1, 0, 0, true, hex("0102"));
  frame.facts.dts = frame.facts.pts = ts::max_time;
  CHECK(muxer.write(frame.view(), out).has_value());
}

TEST_CASE("composition before decoding moves the decoding time, once") {
  const auto track = video_track(1);
  std::vector<OwnedFrame> frames;
  const int64_t pts[] = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8};
  for (int64_t i = 0; i < 10; ++i)
    frames.push_back(owned(1, i * 3600, pts[i] * 3600, i == 0,
                           picture(track.codec, i ? Picture::reference : Picture::key, 500, 1)));
  const auto stream = muxed({track}, frames);
  CHECK(Tr101290Check(stream).result.errors() == 0);
  DemuxRun run;
  run.feed(stream).finish();
  REQUIRE(run.sink.total() == 10);
  const auto& came = run.sink.of(0);
  for (size_t i = 0; i < 10; ++i) {
    CAPTURE(i);
    CHECK(came[i].facts.pts == frames[i].facts.pts + 1000 * milliseconds);
    CHECK(came[i].facts.dts <= came[i].facts.pts);
    if (i) CHECK(came[i].facts.dts >= came[i - 1].facts.dts);
  }
}
