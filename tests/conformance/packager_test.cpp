// The packager interface, by its example: what frames become, and what hostile ones do.
#include <sluice/c/test_picture.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <initializer_list>
#include <string>

#include "packager_driver.hpp"

using namespace sluice::conformance;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::filesystem::path annexb() { return SLUICE_ANNEXB; }

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Bytes start_code{0, 0, 0, 1};

sluice_track picture_track() {
  sluice_track track = sluice_test_picture_track();
  track.id = 1;
  track.revision = 1;
  return track;
}

sluice_track sound_track() {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.id = 2;
  track.kind = SLUICE_TRACK_AUDIO;
  track.codec = SLUICE_CODEC_AAC;
  return track;
}

}  // namespace

TEST_CASE("frames become chunks of slices, parameter sets the init chunk") {
  PackagerDriver driver(annexb());
  const sluice_track video = picture_track(), audio = sound_track();
  REQUIRE(driver.open("annexb") == SLUICE_STATUS_OK);
  sluice_packager_description description{};
  CHECK(driver.describe(description) == SLUICE_STATUS_STATE);
  REQUIRE(driver.tracks({&audio, &video}) == SLUICE_STATUS_OK);
  REQUIRE(driver.chunks.size() == 1);
  const Bytes config(video.config.data, video.config.data + video.config.size);
  const Bytes sps(config.begin() + 8, config.begin() + 15), pps(config.begin() + 18, config.end());
  CHECK(driver.chunks[0].bytes == joined({start_code, sps, start_code, pps}));
  CHECK(driver.chunks[0].facts.flags == SLUICE_CHUNK_INIT);
  REQUIRE(driver.describe(description) == SLUICE_STATUS_OK);
  CHECK(std::string(description.mime) == "video/h264");
  CHECK(std::string(description.codecs) == "avc1.42c01e");

  Bytes picture(SLUICE_TEST_PICTURE_BYTES);
  sluice_test_picture_draw(0, picture.data());
  CHECK(driver.frame(TestFrame(video, {picture}, 5)) == SLUICE_STATUS_OK);
  CHECK(driver.frame(TestFrame(audio, {{1, 2, 3}}, 6)) == SLUICE_STATUS_OK);
  CHECK(driver.frame(TestFrame(video, {{0, 0, 0, 2, 0x41, 9}}, 7, 0)) == SLUICE_STATUS_OK);
  CHECK(driver.flush() == SLUICE_STATUS_OK);
  REQUIRE(driver.chunks.size() == 3);
  const Chunk& key = driver.chunks[1];
  CHECK(key.bytes == joined({start_code, Bytes(picture.begin() + 4, picture.end())}));
  CHECK(key.copied == 4);
  CHECK(key.facts.flags == (SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT));
  CHECK(key.facts.dts == 5);
  CHECK(key.facts.segment == 7);
  CHECK(key.facts.part == 3);
  CHECK(driver.chunks[2].bytes == joined({start_code, {0x41, 9}}));
  CHECK(driver.chunks[2].facts.flags == 0);
  driver.close();
  CHECK(driver.held() == 0);
}

TEST_CASE("several units, in several spans") {
  PackagerDriver driver(annexb());
  const sluice_track video = picture_track();
  REQUIRE(driver.open("annexb") == SLUICE_STATUS_OK);
  REQUIRE(driver.tracks({&video}) == SLUICE_STATUS_OK);
  driver.chunks.clear();
  REQUIRE(driver.frame(TestFrame(video, {{0, 0, 0, 1, 6, 0, 0, 0, 2, 0x65, 1}, {}, {0, 0, 0, 1, 0x65}})) ==
          SLUICE_STATUS_OK);
  REQUIRE(driver.chunks.size() == 1);
  CHECK(driver.chunks[0].bytes == joined({start_code, {6}, start_code, {0x65, 1}, start_code, {0x65}}));
  CHECK(driver.chunks[0].pieces == 6);
}

TEST_CASE("what cannot be packaged is refused, and the next frame goes on") {
  PackagerDriver driver(annexb());
  sluice_track video = picture_track();
  const sluice_track audio = sound_track();
  CHECK(driver.open("flv") == SLUICE_STATUS_NOT_SUPPORTED);
  CHECK(driver.open("annexb", R"({"x":1})") == SLUICE_STATUS_ARGUMENT);
  REQUIRE(driver.open("annexb") == SLUICE_STATUS_OK);
  CHECK(driver.tracks({}) == SLUICE_STATUS_MEDIA);
  CHECK(driver.tracks({&audio}) == SLUICE_STATUS_MEDIA);
  CHECK(std::string(driver.err.message) == "Annex B: the stream has no H.264 track");
  const std::uint64_t whole = video.config.size;
  for (std::uint64_t size = 0; size < whole; ++size) {
    CAPTURE(size);
    video.config.size = size;
    CHECK(driver.tracks({&video}) == SLUICE_STATUS_MEDIA);
  }
  video.config.size = whole;
  REQUIRE(driver.tracks({&video}) == SLUICE_STATUS_OK);
  driver.chunks.clear();
  for (const Bytes& hostile :
       {Bytes{0}, Bytes{0, 0, 0}, Bytes{0, 0, 0, 2, 1}, Bytes{0xFF, 0xFF, 0xFF, 0xFF, 1}})
    CHECK(driver.frame(TestFrame(video, {hostile})) == SLUICE_STATUS_MEDIA);
  CHECK(driver.chunks.empty());
  CHECK(driver.frame(TestFrame(video, {{0, 0, 0, 1, 0x65}})) == SLUICE_STATUS_OK);
  CHECK(driver.chunks.size() == 1);
}
