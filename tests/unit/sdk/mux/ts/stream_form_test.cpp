#include "sluice/mux/ts/stream_form.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"
#include "sluice/mux/ts/pes.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("each codec has its stream type, stream_id and descriptors, and is known by them") {
  struct Case {
    Track track;
    unsigned type, stream_id;
    const char* descriptors;
  };
  for (const Case& c : {Case{video_track(1), 0x1b, 0xe0, ""},
                        Case{video_track(1, SLUICE_CODEC_H265), 0x24, 0xe0, "050448455643"},
                        Case{sound_track(1, SLUICE_CODEC_AAC, "de"), 0x0f, 0xc0, "0a0464657500"},
                        Case{sound_track(1, SLUICE_CODEC_MP3), 0x03, 0xc0, ""},
                        Case{sound_track(1, SLUICE_CODEC_AC3), 0x81, 0xbd, "050441432d33"},
                        Case{sound_track(1, SLUICE_CODEC_OPUS), 0x06, 0xbd, "05044f707573 7f028002"},
                        Case{data_track(1), 0x06, 0xbd, "050469643321"}}) {
    CAPTURE(c.type, c.track.codec);
    const auto form = form_of(c.track);
    REQUIRE(form.has_value());
    CHECK(form->type == c.type);
    CHECK(form->stream_id == c.stream_id);
    CHECK(form->descriptors == hex(c.descriptors));
    const auto back = track_of({form->type, 0x100, form->descriptors});
    REQUIRE(back.has_value());
    CHECK(back->codec == c.track.codec);
    CHECK(back->kind == c.track.kind);
    CHECK(back->language == c.track.language);
    if (c.track.codec == SLUICE_CODEC_OPUS) CHECK(back->config == c.track.config);
  }
}

TEST_CASE("MP3 of low rates is MPEG-2 audio") {
  auto track = sound_track(1, SLUICE_CODEC_MP3);
  track.sample_rate = 24000;
  CHECK(form_of(track)->type == type_mpeg2_audio);
  track.sample_rate = 0;
  CHECK(form_of(track)->type == type_mpeg1_audio);
}

TEST_CASE("streams of others are known by what they say of themselves") {
  CHECK(track_of({0x06, 0x100, hex("6a0100")})->codec == SLUICE_CODEC_AC3);  // DVB
  CHECK(track_of({0x06, 0x100, hex("050448455643")})->codec == SLUICE_CODEC_H265);
  CHECK(track_of({0x06, 0x100, {}})->kind == Kind::data);
  CHECK(track_of({0x06, 0x100, {}})->codec == 0);
  CHECK(track_of({0x04, 0x100, {}})->codec == SLUICE_CODEC_MP3);
  CHECK_FALSE(track_of({0x06, 0x100, hex("05044f707573")}).has_value());          // Opus without channels
  CHECK_FALSE(track_of({0x06, 0x100, hex("05044f7075737f028040")}).has_value());  // of a mapping nobody knows
  for (const unsigned type : {0x00, 0x01, 0x02, 0x11, 0x15, 0x87, 0xff})
    CHECK_FALSE(track_of({static_cast<uint8_t>(type), 0x100, {}}).has_value());
}

TEST_CASE("what cannot be carried is refused") {
  for (const uint32_t codec : {SLUICE_CODEC_AV1, SLUICE_CODEC_VP9, SLUICE_CODEC_VP8, SLUICE_CODEC_AAC}) {
    auto track = video_track(1);
    track.codec = codec;
    CHECK(form_of(track).error() == Errc::unsupported);
  }
  for (const uint32_t codec : {SLUICE_CODEC_FLAC, SLUICE_CODEC_G711A, SLUICE_CODEC_H264})
    CHECK(form_of(sound_track(1, codec)).error() == Errc::unsupported);
  for (const uint32_t codec : {SLUICE_CODEC_H264, SLUICE_CODEC_H265}) {
    auto track = video_track(1, codec);
    track.config.resize(track.config.size() / 2);
    CHECK(form_of(track).error() == Errc::malformed);
  }
}
