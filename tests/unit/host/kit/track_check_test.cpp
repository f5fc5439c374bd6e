#include "kit/track_check.hpp"

#include <catch2/catch.hpp>
#include <sluice/media/aac.hpp>
#include <sluice/media/opus.hpp>
#include <vector>

#include <sluice/c/test_picture.h>

using namespace sluice;
using namespace sluice::kit;

namespace {

using Bytes = std::vector<std::uint8_t>;

sluice_track track_of(std::uint32_t codec, const Bytes& config) {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_VIDEO;
  track.codec = codec;
  track.config = {config.data(), config.size()};
  return track;
}

const Bytes picture_config(sluice_test_picture_config,
                           sluice_test_picture_config + sizeof sluice_test_picture_config);

std::string judge(const sluice_track& track, const Bytes& payload, std::uint32_t flags = SLUICE_FRAME_KEY) {
  const sluice_span span{payload.data(), payload.size()};
  sluice_frame frame{};
  frame.struct_size = sizeof frame;
  frame.flags = flags;
  frame.track = &track;
  frame.spans = &span;
  frame.span_count = 1;
  frame.bytes = payload.size();
  return frame_defect(frame);
}

Bytes picture() {
  Bytes bytes(SLUICE_TEST_PICTURE_BYTES);
  sluice_test_picture_draw(0, bytes.data());
  return bytes;
}

}  // namespace

TEST_CASE("a sound H.264 track and its frames") {
  auto track = track_of(SLUICE_CODEC_H264, picture_config);
  CHECK(track_defect(track) == "");
  track.width = SLUICE_TEST_PICTURE_WIDTH;
  track.height = SLUICE_TEST_PICTURE_HEIGHT;
  CHECK(track_defect(track) == "");
  CHECK(judge(track, picture()) == "");
}

TEST_CASE("H.264: what is wrong is said") {
  auto track = track_of(SLUICE_CODEC_H264, picture_config);
  CHECK(track_defect(track_of(SLUICE_CODEC_H264, {})).starts_with("its configuration is no avcC: "));
  CHECK(
      track_defect(track_of(SLUICE_CODEC_H264, {9, 9, 9, 9})).starts_with("its configuration is no avcC: "));
  track.width = 64;
  track.height = 64;
  CHECK(track_defect(track) == "the track says 64x64, its configuration 128x96");
  auto short_lengths = picture_config;
  short_lengths[4] = 0xfd;  // NAL lengths of two bytes
  CHECK(track_defect(track_of(SLUICE_CODEC_H264, short_lengths)) ==
        "its configuration announces NAL lengths of 2 bytes; frames here have 4");

  CHECK(judge(track, {}) == "it is empty");
  CHECK(judge(track, picture(), 0) == "a key frame is not marked as one");
  auto torn = picture();
  torn.resize(torn.size() - 1);
  CHECK_FALSE(judge(track, torn).empty());
  Bytes with_sets = {0, 0, 0, 7, 0x67, 0x42, 0xC0, 0x1E, 0xDC, 0x20, 0xD9};
  const auto slice = picture();
  with_sets.insert(with_sets.end(), slice.begin(), slice.end());
  CHECK(judge(track, with_sets) == "parameter sets belong into the track's configuration");
}

TEST_CASE("sound: configurations and frames of AAC and Opus") {
  const auto aac = media::serialise_aac_config({.object_type = 2,
                                                .sample_rate = 48000,
                                                .channel_configuration = 2,
                                                .channels = 2,
                                                .output_rate = 48000});
  REQUIRE(aac.has_value());
  const auto track = track_of(SLUICE_CODEC_AAC, *aac);
  CHECK(track_defect(track) == "");
  CHECK(track_defect(track_of(SLUICE_CODEC_AAC, {}))
            .starts_with("its configuration is no AudioSpecificConfig"));
  CHECK(judge(track, {0x21, 0x10, 0x04}) == "");
  CHECK(judge(track, {0xff, 0xf1, 0x50, 0x80}) ==
        "it begins with an ADTS header; frames here are raw access units");

  const auto opus = track_of(SLUICE_CODEC_OPUS, {});
  CHECK(track_defect(opus) == "");
  CHECK(track_defect(track_of(SLUICE_CODEC_OPUS, {1, 2, 3})).starts_with("its configuration is no OpusHead"));
  CHECK(judge(opus, {0x08, 0x00}) == "");
  CHECK_FALSE(judge(opus, {0xff}).empty());
}

TEST_CASE("other codecs: rubbish is no configuration, and an unknown codec is nobody's business") {
  const Bytes rubbish = {0x12, 0x34, 0x56};
  CHECK(track_defect(track_of(SLUICE_CODEC_H265, rubbish)).starts_with("its configuration is no hvcC"));
  CHECK(track_defect(track_of(SLUICE_CODEC_AV1, rubbish)).starts_with("its configuration is no av1C"));
  CHECK(track_defect(track_of(SLUICE_CODEC_VP9, rubbish)).starts_with("its configuration is no vpcC"));
  CHECK(track_defect(track_of(SLUICE_CODEC_VP9, {})) == "");
  const auto odd = track_of(SLUICE_FOURCC('o', 'd', 'd', 1), rubbish);
  CHECK(track_defect(odd) == "");
  CHECK(judge(odd, rubbish) == "");
  CHECK_FALSE(judge(track_of(SLUICE_CODEC_MP3, {}), rubbish).empty());
  CHECK(codec_text(odd.codec) == "odd?");
  CHECK(codec_text(SLUICE_CODEC_H264) == "avc1");
}
