#include "media_playlist.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include "expected.hpp"
#include "feed.hpp"

using namespace sluice::hls;

static bool contains(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

static int count(const std::string& text, const std::string& word) {
  int found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST_CASE("a live list, part by part") {
  PartIndex index = index_of(3);
  const std::vector<RenditionReport> reports{{"../a2/media.m3u8", {3, 0}}};
  check_expected("live_0.m3u8", write_media_playlist(index, {.reports = reports}));
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  feed.parts(index, 3);
  check_expected("live_1.m3u8", write_media_playlist(index, {.reports = reports}));
  feed.segments(index, 2);
  feed.begin_segment();
  feed.parts(index, 1);
  check_expected("live_2.m3u8", write_media_playlist(index, {.reports = reports}));
  index.end();
  check_expected("live_3.m3u8", write_media_playlist(index, {.reports = reports}));
}

TEST_CASE("a publisher that returns with another codec") {
  WindowLimits limits;
  limits.segments = 4;
  PartIndex index(limits);
  Feed feed;
  feed.segments(index, 2, 7);
  feed.begin_discontinuity();
  feed.dts += 3 * test_second;
  feed.init = 1;
  feed.segments(index, 1, 4);
  const std::string joined = write_media_playlist(index, {});
  CHECK(contains(joined, "#EXT-X-DISCONTINUITY-SEQUENCE:0"));
  CHECK(contains(joined, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init_1.mp4\""));
  check_expected("return_0.m3u8", joined);
  feed.segments(index, 3);
  feed.begin_segment();
  feed.parts(index, 1);
  check_expected("return_1.m3u8", write_media_playlist(index, {}));
  feed.segments(index, 4);
  const std::string later = write_media_playlist(index, {});
  CHECK(contains(later, "#EXT-X-DISCONTINUITY-SEQUENCE:1"));
  CHECK(count(later, "#EXT-X-DISCONTINUITY\n") == 0);
  CHECK(contains(later, "#EXT-X-MAP:URI=\"init_1.mp4\""));
  check_expected("return_2.m3u8", later);
}

TEST_CASE("a first segment that begins with the discontinuity does not count it twice") {
  WindowLimits limits;
  limits.segments = 4;
  PartIndex index(limits);
  Feed feed;
  feed.segments(index, 2);
  feed.begin_discontinuity();
  feed.segments(index, 4);
  feed.begin_segment();
  feed.parts(index, 1);
  REQUIRE(index.segments()[index.first_listed()].starts_discontinuity);
  const std::string text = write_media_playlist(index, {});
  CHECK(contains(text, "#EXT-X-MEDIA-SEQUENCE:2"));
  CHECK(contains(text, "#EXT-X-DISCONTINUITY-SEQUENCE:0"));
  CHECK(count(text, "#EXT-X-DISCONTINUITY\n") == 1);
}

TEST_CASE("lost segments are gaps") {
  PartIndex index = index_of(3);
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  feed.parts(index, 9);
  check_expected("gap_0.m3u8", write_media_playlist(index, {}));
  feed.lose(2);
  feed.parts(index, 3);
  const std::string text = write_media_playlist(index, {});
  CHECK(count(text, "#EXT-X-GAP\n#EXTINF:2.00000,\nseg_") == 2);
  check_expected("gap_1.m3u8", text);
  feed.next();
  feed.next();
  feed.parts(index, 5);  // a hole: this segment is lost too
  check_expected("gap_2.m3u8", write_media_playlist(index, {}));
  feed.segments(index, 1);
  check_expected("gap_3.m3u8", write_media_playlist(index, {}));
}

TEST_CASE("a delta update leaves out what is beyond the skip boundary and nothing else") {
  PartIndex index = index_of(11);
  const std::string whole = write_media_playlist(index, {});
  const std::string delta = write_media_playlist(index, {.skip = true});
  check_expected("delta_whole.m3u8", whole);
  check_expected("delta_update.m3u8", delta);
  CHECK(contains(delta, "#EXT-X-SKIP:SKIPPED-SEGMENTS=4"));  // 5 to 10 lie within 12 s of the end
  CHECK_FALSE(contains(delta, "seg_3.m4s"));
  CHECK(contains(delta, "seg_4.m4s"));
  const PartIndex young = index_of(3);
  CHECK(write_media_playlist(young, {.skip = true}) == write_media_playlist(young, {}));
  index.end();
  CHECK(write_media_playlist(index, {.skip = true}) == write_media_playlist(index, {}));
}

TEST_CASE("parts are listed near the end only, and hints never after it") {
  PartIndex index = index_of(8);
  const std::string text = write_media_playlist(index, {});
  CHECK(text.find("part_4_0") == std::string::npos);
  CHECK(text.find("part_6_0") != std::string::npos);
  CHECK(contains(text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_8_1.m4s\""));
  index.end();
  const std::string ended = write_media_playlist(index, {});
  CHECK(ended.find("PRELOAD-HINT") == std::string::npos);
  CHECK(ended.find("EXT-X-PART:") == std::string::npos);
  CHECK(ended.ends_with("seg_8.m4s\n#EXT-X-ENDLIST\n"));
}

TEST_CASE("the hold back covers the longest part of all renditions") {
  const PartIndex index = index_of(3);
  CHECK(write_media_playlist(index, {}).find("PART-HOLD-BACK=0.60000") != std::string::npos);
  CHECK(write_media_playlist(index, {.common_part_target = 250'000'000}).find("PART-HOLD-BACK=0.75000") !=
        std::string::npos);
}

TEST_CASE("sound alone: parts of uneven length, every one independent") {
  PartIndex index{WindowLimits{}};
  constexpr std::int64_t aac = 21'333'333;
  std::int64_t dts = 0;
  for (int i = 0; i < 45; ++i) {
    Chunk chunk;
    chunk.segment = static_cast<std::uint64_t>(i) / 10;
    chunk.part = static_cast<std::uint32_t>(i) % 10;
    chunk.dts = dts;
    chunk.duration = aac * (i % 2 ? 9 : 10);
    chunk.independent = true;
    chunk.bytes = 3000;
    chunk.held = std::make_shared<int>(i);
    dts += chunk.duration;
    index.add(std::move(chunk));
  }
  const std::string text = write_media_playlist(index, {.skip = true});
  CHECK(text.find("PART-TARGET=0.21400") != std::string::npos);
  CHECK(count(text, "PROGRAM-DATE-TIME") == 0);  // nobody knew the time
  check_expected("sound.m3u8", text);
}

TEST_CASE("plain HLS of transport streams has no parts and no initialisation section") {
  WindowLimits limits;
  limits.whole_parts = false;
  PartIndex index = index_of(4, limits);
  const std::string text = write_media_playlist(index, {.ts = true, .skip = true});
  CHECK(contains(text, "#EXT-X-VERSION:3"));
  CHECK(text.find("EXT-X-PART") == std::string::npos);
  CHECK(text.find("EXT-X-MAP") == std::string::npos);
  CHECK(contains(text, "seg_3.ts"));
  check_expected("ts.m3u8", text);
}

TEST_CASE("numbers go on beyond 2^32") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.segment = (1ull << 32) - 1;
  feed.segments(index, 3);
  const std::string text = write_media_playlist(index, {});
  CHECK(contains(text, "#EXT-X-MEDIA-SEQUENCE:4294967295"));
  CHECK(contains(text, "seg_4294967296.m4s"));
  CHECK(text.find("part_4294967297_9.m4s") != std::string::npos);
}

TEST_CASE("a viewer's token stands behind every URI") {
  const PartIndex index = index_of(3);
  const std::vector<RenditionReport> reports{{"../a2/media.m3u8", {3, 0}}};
  const std::string text = write_media_playlist(index, {.reports = reports, .query = "?token=x"});
  CHECK(count(text, "?token=x") == count(text, "URI=") + 3);
}
