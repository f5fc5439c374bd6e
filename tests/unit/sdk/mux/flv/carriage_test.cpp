#include "sluice/mux/flv/carriage.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"
#include "sample_stream.hpp"

using namespace sluice::test::flv;
using sluice::test::hex;

namespace {

Bytes copy(std::span<const uint8_t> in) { return {in.begin(), in.end()}; }

}  // namespace

TEST_CASE("each codec that travels has a tag, and the tag's codec is that codec") {
  for (const uint32_t codec : {SLUICE_CODEC_H264, SLUICE_CODEC_H265, SLUICE_CODEC_AV1, SLUICE_CODEC_VP9}) {
    REQUIRE(video_codec(codec).has_value());
    CHECK(codec_of(*video_codec(codec)) == codec);
    CHECK_FALSE(audio_codec(codec).has_value());
  }
  for (const uint32_t codec : {SLUICE_CODEC_AAC, SLUICE_CODEC_MP3, SLUICE_CODEC_OPUS, SLUICE_CODEC_AC3}) {
    REQUIRE(audio_codec(codec).has_value());
    CHECK(codec_of(*audio_codec(codec)) == codec);
    CHECK_FALSE(video_codec(codec).has_value());
  }
  CHECK_FALSE(video_codec(SLUICE_CODEC_VP8).has_value());
  CHECK_FALSE(audio_codec(SLUICE_CODEC_FLAC).has_value());
}

TEST_CASE("headers of frames: classic where every player knows the codec, else enhanced") {
  const FrameMarks key{1'000'000, 81'500'000, true, false}, other{0, 0, false, true};
  struct Case {
    uint32_t kind, codec;
    const char *key, *disposable, *configuration;
  };
  constexpr uint32_t video = SLUICE_TRACK_VIDEO, audio = SLUICE_TRACK_AUDIO;
  for (const Case& c : {
           Case{video, SLUICE_CODEC_H264, "1701000050", "3701000000", "1700000000"},
           Case{video, SLUICE_CODEC_H265, "9168766331000050", "b368766331", "9068766331"},
           Case{video, SLUICE_CODEC_AV1, "9161763031", "b161763031", "9061763031"},
           Case{video, SLUICE_CODEC_VP9, "9176703039", "b176703039", "9076703039"},
           Case{audio, SLUICE_CODEC_AAC, "af01", "af01", "af00"},
           Case{audio, SLUICE_CODEC_OPUS, "914f707573", "914f707573", "904f707573"},
           Case{audio, SLUICE_CODEC_AC3, "9161632d33", "9161632d33", "9061632d33"},
           Case{audio, SLUICE_CODEC_MP3, "2f", "2f", nullptr},
       }) {
    CAPTURE(c.key);
    Track track(1, c.kind, c.codec, c.configuration ? Bytes{1} : Bytes{});
    track.view.sample_rate = 44100;
    track.view.channels = 2;
    CHECK(copy(frame_header(track.view, key)->view()) == hex(c.key));
    CHECK(copy(frame_header(track.view, other)->view()) == hex(c.disposable));
    CHECK(configuration_header(track.view).has_value() == (c.configuration != nullptr));
    if (c.configuration) CHECK(copy(configuration_header(track.view)->view()) == hex(c.configuration));
  }
  const Track vp8(1, video, SLUICE_CODEC_VP8, {1});
  CHECK_FALSE(frame_header(vp8.view, key).has_value());
  CHECK_FALSE(configuration_header(vp8.view).has_value());
}

TEST_CASE("onMetaData says what is known") {
  Track picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H265), sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC);
  picture.view.width = 1920;
  picture.view.height = 1080;
  picture.view.frame_rate_num = 30000;
  picture.view.frame_rate_den = 1001;
  sound.view.sample_rate = 48000;
  sound.view.channels = 2;
  sound.view.bitrate = 128000;
  const sluice_track* const tracks[] = {&picture.view, &sound.view};
  const amf0::Object said = metadata_of(tracks);
  CHECK(said.number("width") == 1920);
  CHECK(said.number("height") == 1080);
  CHECK(said.number("framerate") == Approx(29.97).epsilon(0.001));
  CHECK(said.number("videocodecid") == 0x68766331);
  CHECK(said.find("videodatarate") == nullptr);
  CHECK(said.number("audiosamplerate") == 48000);
  CHECK(said.number("audiocodecid") == 10);
  CHECK(said.number("audiodatarate") == 128);
  REQUIRE(said.find("stereo") != nullptr);
  CHECK(*said.find("stereo")->boolean());
}
