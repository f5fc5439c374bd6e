#include "sluice/mux/mp4/carriage.hpp"

#include "sample_streams.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

sluice_track given(const Codec& codec) {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.id = 4;
  track.kind = codec.kind;
  track.codec = codec.codec;
  track.timescale = 1000;
  track.config = {codec.config.data(), codec.config.size()};
  return track;
}

}  // namespace

TEST_CASE("every codec is carried, with what the track left open read from its configuration") {
  for (const Codec& codec : all_codecs()) {
    CAPTURE(codec.name);
    const auto carried = carried_track(given(codec));
    REQUIRE(carried.has_value());
    CHECK(carried->id == 4);
    CHECK(carried->codec == codec.codec);
    if (codec.codec == SLUICE_CODEC_H264 || codec.codec == SLUICE_CODEC_H265) CHECK(carried->width == 322);
    if (codec.codec == SLUICE_CODEC_AAC || codec.codec == SLUICE_CODEC_OPUS)
      CHECK(carried->timescale == codec.timescale);
    if (codec.kind == SLUICE_TRACK_VIDEO) CHECK(carried->timescale == 90000);
  }
}

TEST_CASE("the native clock of video is kept where 90 kHz would round it") {
  sluice_track track = given(all_codecs()[0]);
  for (const auto& [native, wanted] : {std::pair{0u, 90000u},
                                       {25u, 90000u},
                                       {30000u, 90000u},
                                       {90000u, 90000u},
                                       {24000u, 24000u},
                                       {12800u, 12800u},
                                       {1'000'000'000u, 90000u}}) {
    CAPTURE(native);
    track.timescale = native;
    CHECK(carried_track(track)->timescale == wanted);
  }
}

TEST_CASE("records say that lengths have four bytes") {
  Codec avc = all_codecs()[0];
  avc.config[4] = 0xfc;  // one byte, as its source had it
  CHECK(carried_track(given(avc))->config[4] == 0xff);
}

TEST_CASE("empty configurations that frame.h allows are filled in") {
  Codec opus = all_codecs()[5], vp9 = all_codecs()[3];
  opus.config.clear();
  vp9.config.clear();
  CHECK(carried_track(given(opus))->config.size() == 19);
  CHECK(carried_track(given(vp9))->config.size() == 12);
}

TEST_CASE("what cannot be carried says why") {
  sluice_track track = given(all_codecs()[0]);
  track.codec = SLUICE_CODEC_G711A;
  CHECK(carried_track(track).error() == Errc::unsupported);
  track = given(all_codecs()[0]);
  track.config = {};
  CHECK(carried_track(track).has_error());
  track = given(all_codecs()[0]);
  track.kind = SLUICE_TRACK_DATA;
  CHECK(carried_track(track).error() == Errc::unsupported);
  track = given(all_codecs()[0]);
  track.id = 0;
  CHECK(carried_track(track).error() == Errc::malformed);
  const Bytes large(65537, 0xff);
  track = given(all_codecs()[0]);
  track.config = {large.data(), large.size()};
  CHECK(carried_track(track).error() == Errc::too_large);
}

TEST_CASE("a nominal duration is never longer than the steps of the native clock") {
  sluice_track aac = given(all_codecs()[4]);
  CHECK(nominal_duration(aac, *carried_track(aac)) == 23'000'000);  // of 23.22 ms in RTMP's milliseconds
  aac.timescale = 44100;
  CHECK(nominal_duration(aac, *carried_track(aac)) == 23'219'954);
  sluice_track video = given(all_codecs()[0]);
  CHECK(nominal_duration(video, *carried_track(video)) == 0);
  video.frame_rate_num = 30000;
  video.frame_rate_den = 1001;
  CHECK(nominal_duration(video, *carried_track(video)) == 33'000'000);
  const sluice_track opus = given(all_codecs()[5]);
  CHECK(nominal_duration(opus, *carried_track(opus)) == 0);  // each packet its own
}
