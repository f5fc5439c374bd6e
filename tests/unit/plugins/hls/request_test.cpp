#include "request.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sluice::hls;

TEST_CASE("paths are split into key, rendition and file, and spelt the same again") {
  struct Case {
    std::string path, key, rendition;
    FileKind kind;
    std::uint64_t number;
    std::uint32_t part;
  };
  for (const Case& c : {
           Case{"live/cam/index.m3u8", "live/cam", "", FileKind::multivariant, 0, 0},
           Case{"live/cam~720p/manifest.mpd", "live/cam~720p", "", FileKind::manifest, 0, 0},
           Case{"live/cam/v1/media.m3u8", "live/cam", "v1", FileKind::media, 0, 0},
           Case{"live/cam/a2/seg_0.m4s", "live/cam", "a2", FileKind::segment, 0, 0},
           Case{"live/cam/v1/part_7_3.m4s", "live/cam", "v1", FileKind::part, 7, 3},
           Case{"live/cam/v1/init_4294967296.mp4", "live/cam", "v1", FileKind::init, 4294967296, 0},
           Case{"live/cam/ts/seg_18446744073709551615.ts", "live/cam", "ts", FileKind::segment, UINT64_MAX,
                0},
           Case{"live/v1/v1/media.m3u8", "live/v1", "v1", FileKind::media, 0, 0},
           Case{"live/v1/index.m3u8", "live/v1", "", FileKind::multivariant, 0, 0},
       }) {
    CAPTURE(c.path);
    const auto target = parse_target(c.path);
    REQUIRE(target.has_value());
    CHECK(target->key == c.key);
    CHECK(target->rendition == c.rendition);
    CHECK(target->file.kind == c.kind);
    CHECK(target->file.number == c.number);
    CHECK(target->file.part == c.part);
    const std::string folder = c.rendition.empty() ? "" : c.rendition + "/";
    CHECK(c.key + "/" + folder + spell(target->file) == c.path);
  }
}

TEST_CASE("what is not a name of ours is not found") {
  for (const std::string path : {"",
                                 "/",
                                 "index.m3u8",
                                 "/index.m3u8",
                                 "live/cam",
                                 "live/cam/",
                                 "live/cam/index.m3u8/",
                                 "live/cam/INDEX.m3u8",
                                 "live/cam/media.m3u8",
                                 "live/cam/x1/media.m3u8",
                                 "live/cam/v/media.m3u8",
                                 "live/cam/v01/media.m3u8",
                                 "live/cam/v4294967296/media.m3u8",
                                 "live/cam/v1/seg_.m4s",
                                 "live/cam/v1/seg_01.m4s",
                                 "live/cam/v1/seg_-1.m4s",
                                 "live/cam/v1/seg_+1.m4s",
                                 "live/cam/v1/seg_ 1.m4s",
                                 "live/cam/v1/seg_1.ts",
                                 "live/cam/ts/seg_1.m4s",
                                 "live/cam/ts/init_0.mp4",
                                 "live/cam/v1/seg_18446744073709551616.m4s",
                                 "live/cam/v1/part_1.m4s",
                                 "live/cam/v1/part_1_.m4s",
                                 "live/cam/v1/part__1.m4s",
                                 "live/cam/v1/part_1_2_3.m4s",
                                 "live/cam/v1/part_1_4294967296.m4s",
                                 "live/cam/v1/init_0.m4s",
                                 "live/cam/v1/seg_1.m4s.m4s",
                                 "v1/media.m3u8",
                                 "/v1/media.m3u8",
                                 "live/cam/v1/seg_1%2em4s",
                                 "live/cam/v1/../index.m3u",
                                 "seg_.m4"}) {
    CAPTURE(path);
    const auto target = parse_target(path);
    REQUIRE_FALSE(target.has_value());
    CHECK(target.error() == Errc::no_such_file);
  }
}

TEST_CASE("delivery directives are read, everything else is left alone") {
  const auto all = parse_delivery("token=a%20b&_HLS_msn=12&_HLS_part=3&_HLS_skip=YES&x").value();
  CHECK(all.msn == 12);
  CHECK(all.part == 3);
  CHECK(all.skip);
  CHECK_FALSE(parse_delivery("").value().msn.has_value());
  CHECK_FALSE(parse_delivery("&&_HLS_later=1&msn=4&_hls_msn=3").value().msn.has_value());
  CHECK(parse_delivery("_HLS_msn=18446744073709551615").value().msn == UINT64_MAX);
  CHECK(parse_delivery("_HLS_skip=v2").value().skip);
}

TEST_CASE("directives that make no sense are refused (H6)") {
  struct Case {
    std::string query;
    Errc error;
  };
  for (const Case& c : {
           Case{"_HLS_msn=18446744073709551616", Errc::bad_number},
           Case{"_HLS_msn=-1", Errc::bad_number},
           Case{"_HLS_msn=", Errc::bad_number},
           Case{"_HLS_msn", Errc::bad_number},
           Case{"_HLS_msn=next", Errc::bad_number},
           Case{"_HLS_msn=1.5", Errc::bad_number},
           Case{"_HLS_msn=0x10", Errc::bad_number},
           Case{"_HLS_msn=+1", Errc::bad_number},
           Case{"_HLS_msn=1e3", Errc::bad_number},
           Case{"_HLS_msn=%31", Errc::bad_number},
           Case{"_HLS_msn=1&_HLS_part=4294967296", Errc::bad_number},
           Case{"_HLS_msn=1&_HLS_part=-1", Errc::bad_number},
           Case{"_HLS_part=1", Errc::part_without_msn},
           Case{"_HLS_msn=1&_HLS_msn=1", Errc::directive_repeated},
           Case{"_HLS_msn=1&_HLS_part=0&_HLS_part=1", Errc::directive_repeated},
           Case{"_HLS_skip=NO", Errc::bad_skip},
           Case{"_HLS_skip=YES&_HLS_skip=YES", Errc::directive_repeated},
           Case{std::string(4097, '&'), Errc::query_too_long},
       }) {
    CAPTURE(c.query.substr(0, 40));
    const auto delivery = parse_delivery(c.query);
    REQUIRE_FALSE(delivery.has_value());
    CHECK(delivery.error() == c.error);
    CHECK(http_status(c.error) == 400);
  }
}

TEST_CASE("what is not ours in a query goes on with every URI") {
  CHECK(carried_query("").empty());
  CHECK(carried_query("_HLS_msn=1&_HLS_part=2&_HLS_skip=YES").empty());
  CHECK(carried_query("token=a.b-c_d&_HLS_msn=1&&x") == "?token=a.b-c_d&x");
  CHECK(carried_query("a=\"b&c=1\n2&d=%22") == "?d=%22");
}
