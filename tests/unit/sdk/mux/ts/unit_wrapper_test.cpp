#include "sluice/mux/ts/unit_wrapper.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

struct Out {
  Bytes bytes;
  bool key = false;
  sluice::error_code error;
};

Out wrap(const Track& track, const Bytes& payload, bool key) {
  auto wrapper = UnitWrapper::make(track);
  REQUIRE(wrapper.has_value());
  Pieces pieces;
  const auto frame = owned(track.id, 0, 0, key, payload);
  const auto wrapped = wrapper->wrap(frame.view(), pieces);
  if (!wrapped) return {{}, false, wrapped.error()};
  Out out{{}, wrapped->key, {}};
  for (const auto piece : pieces) out.bytes.insert(out.bytes.end(), piece.begin(), piece.end());
  return out;
}

}  // namespace

TEST_CASE("H.264 gets a delimiter, a key frame its parameter sets") {
  const auto track = video_track(1);
  CHECK(wrap(track, hex("00000002 4101 00000000 00000002 4102"), false).bytes ==
        hex("0000000109f0 000001 4101 000001 4102"));
  const auto key = wrap(track, hex("00000002 6501"), false);  // an IDR tells by itself
  CHECK(key.key);
  CHECK(key.bytes == hex("0000000109f0 000000016764000dacd941519e226c04400000fa40003a9803c50a6580"
                         "0000000168ebe3cb22c0 000001 6501"));
  CHECK(wrap(track, hex("00000002 4101"), true).key);  // a recovery point the publisher told
}

TEST_CASE("H.265 gets VPS, SPS, PPS and what SEI the configuration has") {
  auto track = video_track(1, SLUICE_CODEC_H265);
  track.config = track.config + hex("a70001 0004 4e010580");
  track.config[22] = 4;
  const auto key = wrap(track, hex("00000003 260101"), true);
  CHECK(key.bytes ==
        hex("00000001460150 0000000140010c01ffff01600000030090000003000003003c959809"
            "0000000142010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
            "000000014401c172b46240 000000014e010580 000001 260101"));
  CHECK(wrap(track, hex("00000003 020101"), false).bytes == hex("00000001460150 000001 020101"));
}

TEST_CASE("sound gets its header") {
  CHECK(wrap(sound_track(1, SLUICE_CODEC_AAC), hex("0102"), true).bytes == hex("fff14c80013ffc 0102"));
  CHECK(wrap(sound_track(1, SLUICE_CODEC_OPUS), hex("fc0102"), true).bytes == hex("7fe0 03 fc0102"));
  const auto mp3 = sound(SLUICE_CODEC_MP3, 1), ac3 = sound(SLUICE_CODEC_AC3, 1);
  CHECK(wrap(sound_track(1, SLUICE_CODEC_MP3), mp3, true).bytes == mp3);
  CHECK(wrap(sound_track(1, SLUICE_CODEC_AC3), ac3, true).bytes == ac3);
  CHECK(wrap(data_track(1), hex("00"), true).bytes == hex("00"));
}

TEST_CASE("what is no access unit is refused") {
  CHECK(wrap(video_track(1), hex("00000005 6501"), true).error == Errc::malformed);
  CHECK(wrap(sound_track(1, SLUICE_CODEC_AAC), Bytes(8200, 1), true).error == Errc::beyond_limits);
  CHECK(wrap(sound_track(1, SLUICE_CODEC_MP3), hex("0000000000"), true).error == Errc::malformed);
  CHECK(wrap(sound_track(1, SLUICE_CODEC_AC3), hex("0b7700"), true).error == Errc::malformed);
  for (const auto& track :
       {video_track(1), sound_track(1, SLUICE_CODEC_AAC), sound_track(1, SLUICE_CODEC_OPUS), data_track(1)})
    CHECK(wrap(track, {}, true).error == Errc::malformed);
  auto broken = video_track(1);
  broken.config.clear();
  CHECK(UnitWrapper::make(broken).has_error());
}
