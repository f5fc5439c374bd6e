#include "sluice/mux/flv/demuxer.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"
#include "sample_stream.hpp"
#include "sluice/media/opus.hpp"

using namespace sluice::test::flv;
using sluice::test::hex;

namespace {

const Track picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, avc_config);
const Track sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, aac_config);

Muxer muxer_of(std::initializer_list<const sluice_track*> tracks) {
  Muxer muxer;
  REQUIRE(muxer.set_tracks(std::span(tracks.begin(), tracks.size())).has_value());
  return muxer;
}

Bytes file_of(const Muxer& muxer, const std::vector<Unit>& units) {
  Bytes file = muxer.beginning();
  for (const Unit& unit : units) append_unit(file, muxer, unit);
  return file;
}

void append_tag(Bytes& out, uint8_t type, uint32_t timestamp, const Bytes& body) {
  append(out, serialise_tag_head({type, false, static_cast<uint32_t>(body.size()), timestamp}));
  append(out, body);
  append(out, serialise_previous_size(static_cast<uint32_t>(body.size())));
}

Bytes header_only() {
  const auto header = serialise_file_header({.audio = true, .video = true});
  return {header.begin(), header.end()};
}

Bytes mono_opus() {
  sluice::media::OpusConfig config;
  config.channels = 1;
  return sluice::media::serialise_opus_config(config);
}

Bytes joined(Bytes left, const Bytes& right) {
  append(left, right);
  return left;
}

}  // namespace

TEST_CASE("what the muxer wrote comes back, access unit by access unit, in pieces of any size") {
  const Muxer muxer = muxer_of({&picture.view, &sound.view});
  // The sequence headers come in this order, so the ids are the same on both sides; they stand at time 0,
  // which must not count where the clock starts just before a wrap.
  const int64_t start = GENERATE(int64_t{0}, 1000, (int64_t{1} << 32) - 300, (int64_t{1} << 31) - 300);
  const auto units = sample_units(start, 1, 2);
  const Bytes file = file_of(muxer, units);
  for (const size_t piece :
       {size_t{1}, size_t{2}, size_t{3}, size_t{11}, size_t{188}, size_t{4096}, file.size()}) {
    CAPTURE(piece, start);
    const Read read = read_file(file, piece);
    REQUIRE_FALSE(read.failed);
    REQUIRE(read.tracks.size() == 2);
    CHECK(read.tracks[0].facts.codec == SLUICE_CODEC_H264);
    CHECK(read.tracks[0].facts.config == avc_config);
    CHECK(read.tracks[0].facts.width == 128);
    CHECK(read.tracks[1].facts.config == aac_config);
    CHECK(read.tracks[1].facts.sample_rate == 44100);
    CHECK(read.counters.dropped == 0);
    CHECK(read.counters.wrong_sizes == 0);
    CHECK(read.metadata.number("audiocodecid") == 10);
    CHECK(read.units == units);
  }
}

TEST_CASE("every codec comes back") {
  struct Case {
    uint32_t kind, codec;
    Bytes config, frame;
  };
  const Bytes mp3 = joined(hex("fffb90c0"), Bytes(413, 0));
  for (const Case& c : {
           Case{SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, aac_config, {0x21, 0x10, 4}},
           Case{SLUICE_TRACK_AUDIO, SLUICE_CODEC_OPUS, mono_opus(), {0xfc, 1}},
           Case{SLUICE_TRACK_AUDIO, SLUICE_CODEC_MP3, {}, mp3},
           Case{SLUICE_TRACK_AUDIO, SLUICE_CODEC_AC3, {}, hex("0b77 0000 1440 40")},
       }) {
    CAPTURE(c.codec);
    const Track track(1, c.kind, c.codec, c.config);
    const Muxer muxer = muxer_of({&track.view});
    const std::vector<Unit> units{{1, 40, 40, true, false, c.frame}, {1, 80, 80, true, false, c.frame}};
    const Read read = read_file(file_of(muxer, units), 7);
    CHECK(read.units == units);
    REQUIRE(read.tracks.size() == 1);
    CHECK(read.tracks[0].facts.codec == c.codec);
    CHECK(read.tracks[0].facts.config == c.config);
  }
}

TEST_CASE("composition times, also negative ones, and marks come back") {
  const Muxer muxer = muxer_of({&picture.view});
  const std::vector<Unit> units{{1, 100, 60, true, false, nal(0x65, 30, 1)},
                                {1, 140, 8388747, false, false, nal(0x41, 30, 2)},
                                {1, 180, 180, false, true, nal(0x01, 30, 3)}};
  CHECK(read_file(file_of(muxer, units), 5).units == units);
}

TEST_CASE("a configuration that changes in mid-stream is told before the first frame of it (F5)") {
  const Track other(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, other_avc_config);
  Muxer muxer = muxer_of({&picture.view});
  const Unit first{1, 0, 0, true, false, nal(0x65, 30, 1)}, second{1, 40, 40, true, false, nal(0x65, 30, 2)};
  Bytes file = file_of(muxer, {first});
  REQUIRE(muxer.set_tracks(std::array{&other.view}).has_value());
  muxer.append_sequence_headers(40'000'000, file);
  append_unit(file, muxer, second);
  muxer.append_sequence_headers(80'000'000, file);  // the same again is no news
  const Read read = read_file(file, 3);
  REQUIRE(read.tracks.size() == 2);
  CHECK(read.tracks[1].id == read.tracks[0].id);
  CHECK(read.tracks[1].facts.config == other_avc_config);
  CHECK(read.units == std::vector<Unit>{first, second});
}

TEST_CASE("a codec that changes in mid-stream goes on as the same track") {
  Bytes file = header_only();
  append_tag(file, 8, 0, joined(hex("af00"), aac_config));
  append_tag(file, 8, 0, hex("af01 2110"));
  append_tag(file, 8, 20, hex("91 4f707573 fc01"));
  append_tag(file, 8, 40, hex("91 4f707573 fc02"));
  const Read read = read_file(file, 4);
  REQUIRE(read.tracks.size() == 2);
  CHECK(read.tracks[1].id == read.tracks[0].id);
  CHECK(read.tracks[1].facts.codec == SLUICE_CODEC_OPUS);
  REQUIRE(read.units.size() == 3);
  CHECK(read.units[2].payload == hex("fc02"));
}

TEST_CASE("a configuration of too many parameter sets, or cut, is dropped and the old one stays (F1, F3)") {
  const Unit unit{1, 40, 40, true, false, nal(0x65, 30, 1)};
  const Muxer muxer = muxer_of({&picture.view});
  Bytes many = avc_config;
  many[5] = 0xff;  // 31 sequence parameter sets
  Bytes many_pps = avc_config;
  many_pps[15] = 0xff;  // 255 picture parameter sets
  Bytes absurd = avc_config;
  for (size_t i = 12; i < 15; ++i) absurd[i] = 0;  // Exp-Golomb runs off the end
  const Bytes cut(avc_config.begin(), avc_config.begin() + 12);
  for (const Bytes& bad : {many, many_pps, absurd, cut, Bytes{}}) {
    Bytes file = muxer.beginning();
    append_tag(file, 9, 0, joined(hex("1700000000"), bad));
    append_unit(file, muxer, unit);
    const Read read = read_file(file, 6);
    CHECK(read.counters.dropped == 1);
    CHECK(read.last_drop);
    REQUIRE(read.tracks.size() == 1);
    CHECK(read.tracks[0].facts.width == 128);
    CHECK(read.units == std::vector<Unit>{unit});
  }
}

TEST_CASE("NAL lengths that do not fit cost their frame (F2)") {
  const Unit unit{1, 40, 40, true, false, nal(0x65, 30, 1)};
  const Muxer muxer = muxer_of({&picture.view});
  Bytes file = muxer.beginning();
  append_tag(file, 9, 0, hex("1701000000 000000ff 65 01"));
  append_tag(file, 9, 0, hex("1701000000 ffffffff 65 01"));
  append_unit(file, muxer, unit);
  Bytes size_three = avc_config;
  size_three[4] = 0xfe;
  append_tag(file, 9, 50, joined(hex("1700000000"), size_three));
  const Read read = read_file(file, 6);
  CHECK(read.counters.dropped == 3);
  CHECK(read.units == std::vector<Unit>{unit});
}

TEST_CASE("AAC without a configuration that is one gives no track (F4, F5)") {
  Bytes file = header_only();
  append_tag(file, 8, 0, hex("af01 2110"));
  append_tag(file, 8, 0, hex("af00"));
  append_tag(file, 8, 0, hex("af00 12"));
  append_tag(file, 8, 0, hex("af00 1690"));  // rate index 13
  append_tag(file, 8, 0, hex("af01 2110"));
  const Read read = read_file(file, 6);
  CHECK(read.tracks.empty());
  CHECK(read.units.empty());
  CHECK(read.counters.dropped == 5);
  append_tag(file, 8, 20, joined(hex("af00"), aac_config));
  append_tag(file, 8, 20, hex("af01 2110"));
  CHECK(read_file(file, 6).units.size() == 1);
}

TEST_CASE("a frame of another codec without configuration does not cost the track its own (F5)") {
  const Unit unit{1, 40, 40, true, false, nal(0x65, 30, 1)};
  const Muxer muxer = muxer_of({&picture.view});
  Bytes file = muxer.beginning();
  append_tag(file, 9, 20, hex("93 68766331 00000002 2601"));
  append_unit(file, muxer, unit);
  const Read read = read_file(file, 6);
  CHECK(read.counters.dropped == 1);
  CHECK(read.units == std::vector<Unit>{unit});
}

TEST_CASE("tracks of a multitrack tag are told apart") {
  Bytes file = header_only();
  append_tag(file, 8, 0, hex("95 20 6d703461 00 000002 1210 6d703461 01 000002 1190"));
  append_tag(file, 8, 23, hex("95 11 6d703461 00 000002 2110 01 000002 2120"));
  const Read read = read_file(file, 6);
  REQUIRE(read.tracks.size() == 2);
  CHECK(read.tracks[1].facts.sample_rate == 48000);
  REQUIRE(read.units.size() == 2);
  CHECK(read.units[0].track == read.tracks[0].id);
  CHECK(read.units[1].track == read.tracks[1].id);
  CHECK(read.units[1].payload == hex("2120"));
}

TEST_CASE("strange tags are skipped, a strange byte stream is none") {
  const Unit unit{1, 40, 40, true, false, nal(0x65, 30, 1)};
  const Muxer muxer = muxer_of({&picture.view});
  Bytes file = muxer.beginning();
  append_tag(file, 15, 0, hex("aabb"));
  append(file, serialise_tag_head({8, true, 1, 0}));
  append(file, hex("af 0000000c"));
  append_tag(file, 9, 0, {});
  append_tag(file, 18, 0, hex("02 000a 6f6e4d65746144617461 03"));
  append_unit(file, muxer, unit);
  file[file.size() - 1] ^= 1;  // a size that is wrong is only counted
  const Read read = read_file(file, 9);
  CHECK_FALSE(read.failed);
  CHECK(read.counters.unknown_tags == 2);
  CHECK(read.counters.dropped == 2);
  CHECK(read.counters.wrong_sizes == 1);
  CHECK(read.units == std::vector<Unit>{unit});

  append(file, hex("1f 000001 000000 00 000000 aa 12345678"));
  append_unit(file, muxer, unit);
  const Read lost = read_file(file, 9);
  CHECK(lost.failed == Errc::lost_sync);
  CHECK(lost.units.size() == 1);
  CHECK(read_file(hex("464c5502 05 00000009 00000000"), 4).failed == Errc::not_flv);
}

TEST_CASE("a header with more in it than is known is passed over") {
  const Muxer muxer = muxer_of({&sound.view});
  Bytes file = file_of(muxer, {{2, 0, 0, true, false, {0x21, 1}}});
  file[8] = 12;
  file.insert(file.begin() + 9, {1, 2, 3});
  for (const size_t piece : {size_t{1}, size_t{10}, file.size()})
    CHECK(read_file(file, piece).units.size() == 1);
}

TEST_CASE("a size of 16 MiB is not allocated for") {
  Demuxer demuxer;
  Bytes file = header_only();
  append(file, serialise_tag_head({9, false, tag_body_most, 0}));
  demuxer.feed(file);
  CHECK_FALSE(demuxer.poll()->has_value());
}

TEST_CASE("the demuxer survives truncation and damage") {
  const Muxer muxer = muxer_of({&picture.view, &sound.view});
  const Bytes file = file_of(muxer, sample_units(0, 1, 2, 3));
  sluice::test::survives_truncation_and_damage(file, [](auto in) { read_file({in.begin(), in.end()}, 64); });
}
