#include "mpd.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include "expected.hpp"
#include "feed.hpp"

using namespace sluice::hls;

static const Rendition picture{.id = "v1",
                               .codecs = "avc1.64001f",
                               .peak_bitrate = 2'000'000,
                               .width = 1280,
                               .height = 720,
                               .frame_rate_num = 50,
                               .frame_rate_den = 2};
static const Rendition tone{.id = "a2",
                            .codecs = "mp4a.40.2",
                            .language = "en",
                            .peak_bitrate = 128'000,
                            .sample_rate = 48000,
                            .channels = 2};

static std::vector<MpdRendition> both(const PartIndex& video, const PartIndex& audio) {
  return {{&picture, &video, "", true, 90'000}, {&tone, &audio, "", false, 48'000}};
}

TEST_CASE("one period of two renditions, from the segments HLS lists") {
  const PartIndex index = index_of(4);
  const std::string text =
      write_mpd(both(index, index), {.now = test_wall + 9 * test_second, .availability_start = test_wall});
  check_expected("plain.mpd", text);
  CHECK(text.find("<S t=\"0\" d=\"180000\" r=\"3\"/>") != std::string::npos);
  CHECK(text.find("<S t=\"0\" d=\"96000\" r=\"3\"/>") != std::string::npos);
  CHECK(text.find("startNumber=\"0\"") != std::string::npos);
  CHECK(text.find("media=\"v1/seg_$Number$.m4s\"") != std::string::npos);
}

TEST_CASE("what a viewer came with goes on with every URI, as XML and as a template want it") {
  const PartIndex index = index_of(4);
  const std::string text = write_mpd(both(index, index), {.now = test_wall, .query = "?token=a$b&x=1"});
  CHECK(text.find("media=\"v1/seg_$Number$.m4s?token=a$$b&amp;x=1\"") != std::string::npos);
  CHECK(text.find("initialization=\"a2/init_0.mp4?token=a$$b&amp;x=1\"") != std::string::npos);
}

TEST_CASE("low latency names the open segment ahead of time") {
  const PartIndex index = index_of(4);
  const std::string text = write_mpd(both(index, index), {.now = test_wall, .low_latency = true});
  check_expected("low_latency.mpd", text);
  CHECK(text.find("availabilityTimeOffset=\"1.80000\" availabilityTimeComplete=\"false\"") !=
        std::string::npos);
  CHECK(text.find("r=\"4\"") != std::string::npos);  // 0 to 3 are whole, 4 is open
  CHECK(text.find("type=\"captured\" wallClockTime=\"2026-03-01T12:00:00.000Z\" presentationTime=\"0\"") !=
        std::string::npos);
  CHECK(text.find("<Latency referenceId=\"0\" target=\"1800\" max=\"7800\" min=\"200\"/>") !=
        std::string::npos);
}

TEST_CASE("an open segment that lasts longer than the one before is said to be as long as it is") {
  PartIndex index = index_of(2);
  Feed feed{2, 1};
  feed.dts = 4 * test_second + test_part;
  feed.parts(index, 12);
  const std::vector<MpdRendition> one{{&picture, &index, "", true, 90'000}};
  const std::string text = write_mpd(one, {.low_latency = true});
  CHECK(text.find("<S t=\"0\" d=\"180000\" r=\"1\"/>") != std::string::npos);
  CHECK(text.find("<S d=\"234000\"/>") != std::string::npos);
}

TEST_CASE("a discontinuity and a hole begin periods, whose id and start stay as the window slides") {
  WindowLimits limits;
  limits.segments = 6;
  PartIndex index(limits);
  Feed feed;
  feed.segments(index, 2);
  feed.begin_discontinuity();
  feed.dts += test_second;
  feed.init = 1;
  feed.segments(index, 2);
  feed.lose(1);
  feed.segments(index, 2);
  feed.begin_segment();
  feed.parts(index, 1);
  const std::string text = write_mpd(both(index, index), {});
  check_expected("periods.mpd", text);
  for (const char* id :
       {"id=\"p0\" start=\"PT0.000S\"", "id=\"p1\" start=\"PT5.000S\"", "id=\"p1-5\" start=\"PT11.000S\""})
    CHECK(text.find(id) != std::string::npos);
  CHECK(text.find("initialization=\"v1/init_1.mp4\"") != std::string::npos);
  feed.segments(index, 1);
  feed.begin_segment();
  feed.parts(index, 1);
  const std::string later = write_mpd(both(index, index), {});
  CHECK(later.find("id=\"p0\"") == std::string::npos);
  CHECK(later.find("id=\"p1\" start=\"PT5.000S\"") != std::string::npos);
}

TEST_CASE("a node that began later says the same of a segment") {
  PartIndex early{WindowLimits{}}, late{WindowLimits{}};
  Feed feed;
  for (int i = 0; i < 60; ++i) {
    if (feed.part == 10) feed.begin_segment();
    Chunk chunk = feed.next();
    if (i >= 30) late.add(chunk);
    early.add(std::move(chunk));
  }
  const std::string text = write_mpd(both(late, late), {});
  CHECK(text.find("<Period id=\"p0\" start=\"PT0.000S\">") != std::string::npos);
  CHECK(text.find("startNumber=\"3\"") != std::string::npos);
  CHECK(text.find("<S t=\"540000\" d=\"180000\" r=\"1\"/>") != std::string::npos);
  CHECK(write_mpd(both(early, early), {}).find("<Period id=\"p0\" start=\"PT0.000S\">") != std::string::npos);
}

TEST_CASE("at the end the manifest says how long it was and is not asked for again") {
  PartIndex index = index_of(4);
  index.end();
  const std::string text = write_mpd(both(index, index), {.low_latency = true});
  CHECK(text.find("mediaPresentationDuration=\"PT8.200S\"") != std::string::npos);
  CHECK(text.find("minimumUpdatePeriod") == std::string::npos);
  CHECK(text.find("UTCTiming") == std::string::npos);
}

TEST_CASE("layers of a ladder are representations of one set; sound alone is a set") {
  const PartIndex index = index_of(4);
  const std::vector<MpdRendition> ladder{{&picture, &index, "", true, 90'000},
                                         {&picture, &index, "../cam~720p/", true, 90'000},
                                         {&tone, &index, "", false, 48'000}};
  const std::string text = write_mpd(ladder, {});
  CHECK(text.find("<Representation id=\"cam~720pv1\"") != std::string::npos);
  CHECK(text.find("contentType=\"video\"") == text.rfind("contentType=\"video\""));
  check_expected("ladder.mpd", text);
  const std::vector<MpdRendition> sound{{&tone, &index, "", false, 48'000}};
  CHECK(write_mpd(sound, {}).find("contentType=\"video\"") == std::string::npos);
}

TEST_CASE("uneven segments follow each other exactly, whatever the timescale rounds") {
  PartIndex index{WindowLimits{}};
  Feed feed;
  feed.part_length = 33'366'667;
  feed.segments(index, 5, 61);
  feed.begin_segment();
  feed.parts(index, 1);
  const std::vector<MpdRendition> one{{&picture, &index, "", true, 90'000}};
  check_expected("uneven.mpd", write_mpd(one, {}));
}
