#include "multivariant.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include "expected.hpp"

using namespace sluice::hls;

static Rendition video(std::uint32_t width, std::uint32_t height, std::uint64_t peak) {
  Rendition rendition;
  rendition.id = "v1";
  rendition.codecs = "avc1.64001f";
  rendition.width = width;
  rendition.height = height;
  rendition.frame_rate_num = 30000;
  rendition.frame_rate_den = 1001;
  rendition.peak_bitrate = peak;
  rendition.average_bitrate = peak / 2;
  return rendition;
}

static Rendition sound(const char* id, const char* language, const char* codecs = "mp4a.40.2") {
  Rendition rendition;
  rendition.id = id;
  rendition.codecs = codecs;
  rendition.language = language;
  rendition.channels = 2;
  rendition.sample_rate = 48000;
  rendition.peak_bitrate = 130'000;
  rendition.average_bitrate = 128'000;
  return rendition;
}

TEST_CASE("a ladder: a variant per layer, the first layer's sound for all") {
  const std::vector<Layer> layers{
      {"", {video(1920, 1080, 6'000'000)}, {sound("a2", "en"), sound("a3", "de", "ac-3")}},
      {"../cam~720p/", {video(1280, 720, 3'000'000)}, {sound("a2", "en")}}};
  check_expected("ladder.m3u8", write_multivariant(layers));
}

TEST_CASE("sound alone is the variant itself, without a group") {
  const std::vector<Layer> layers{{"", {}, {sound("a1", "", "opus")}}};
  const std::string text = write_multivariant(layers);
  CHECK(text.find("EXT-X-MEDIA") == std::string::npos);
  CHECK(text.find("BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS=\"opus\"\na1/media.m3u8\n") !=
        std::string::npos);
  check_expected("audio_only.m3u8", text);
}

TEST_CASE("two languages of sound alone are a group, and the first is the variant") {
  const std::vector<Layer> layers{{"", {}, {sound("a1", "en"), sound("a2", "en")}}};
  check_expected("two_sounds.m3u8", write_multivariant(layers));
}

TEST_CASE("pictures alone, of unknown size, with segments that need the one before") {
  Rendition plain;
  plain.id = "v1";
  plain.codecs = "av01.0.04M.08";
  plain.independent = false;
  const std::vector<Layer> layers{{"", {plain}, {}}};
  const std::string text = write_multivariant(layers);
  CHECK(text.find("INDEPENDENT-SEGMENTS") == std::string::npos);
  CHECK(text.find("RESOLUTION") == std::string::npos);
  CHECK(text.find("FRAME-RATE") == std::string::npos);
  CHECK(text.find("BANDWIDTH=1,CODECS=\"av01.0.04M.08\"\nv1/media.m3u8\n") != std::string::npos);
}
