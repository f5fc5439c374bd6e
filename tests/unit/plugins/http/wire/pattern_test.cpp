#include "wire/pattern.hpp"

#include <catch2/catch.hpp>

#include "wire/target.hpp"

using namespace sluice::http;

namespace {

// "name=value name=value", or "-" when it does not fit.
std::string matched(const char* pattern, const std::string& path) {
  const auto read = Pattern::parse(pattern);
  REQUIRE(read.has_value());
  const auto target = read_target(path);
  REQUIRE(target.has_value());
  Params params;
  if (!read->match(target->segments, params)) return "-";
  std::string out;
  for (const auto& [name, value] : params) out += (out.empty() ? "" : " ") + name + "=" + value;
  return out;
}

}  // namespace

TEST_CASE("what a pattern fits, and what its variables stand for") {
  struct Case {
    const char *pattern, *path, *expected;
  };
  for (const Case& c : {
           Case{"/", "/", ""},
           Case{"/", "/a", "-"},
           Case{"/metrics", "/metrics", ""},
           Case{"/metrics", "/Metrics", "-"},
           Case{"/metrics", "/metrics/", "-"},
           Case{"/{key...}", "/live/cam", "key=live/cam"},
           Case{"/{key...}", "/live/a/b/c~720p", "key=live/a/b/c~720p"},
           Case{"/{key...}", "/live", "-"},
           Case{"/{key...}", "/live/cam/", "-"},
           Case{"/{key...}", "/live/k\xc3\xa4se", "-"},
           Case{"/{key...}.ts", "/live/cam.ts", "key=live/cam"},
           Case{"/{key...}.ts", "/live/.ts", "-"},
           Case{"/{key...}.ts", "/live/cam.mp4", "-"},
           Case{"/{key...}/index.m3u8", "/live/cam/index.m3u8", "key=live/cam"},
           Case{"/{key...}/index.m3u8", "/cam/index.m3u8", "-"},
           Case{"/{key...}/hls/{track}/{number}.m4s", "/live/cam/hls/v1/17.m4s",
                "key=live/cam track=v1 number=17"},
           Case{"/{key...}/hls/{track}/{number}.m4s", "/live/cam/hls/v1/.m4s", "-"},
           Case{"/api/streams/{key...}", "/api/streams/live/cam", "key=live/cam"},
           Case{"/seg-{n}-x.ts", "/seg-4-x.ts", "n=4"},
           Case{"/seg-{n}-x.ts", "/seg--x.ts", "-"},
           Case{"/static/{path*}", "/static", "path="},
           Case{"/static/{path*}", "/static/", "path="},
           Case{"/static/{path*}", "/static/a/b.js", "path=a/b.js"},
           Case{"/static/{path*}", "/other/a", "-"},
           Case{"/{path*}", "/", "path="},
       }) {
    CAPTURE(c.pattern, c.path);
    const std::string path =
        std::string(c.path).find('\xc3') == std::string::npos ? c.path : "/live/k%C3%A4se";
    CHECK(matched(c.pattern, path) == c.expected);
  }
}

TEST_CASE("patterns that cannot be used are refused") {
  for (const char* text : {"", "a", "/a/", "//", "/{", "/{}", "/{A}", "/{a}{b}", "/{a...}/{b...}", "/x{a...}",
                           "/{a*}/b", "/{a*}.x", "/{a}/{a}", "/a b", "/a%20", "/a}", "/..;", "/{1a}"}) {
    CAPTURE(text);
    CHECK(Pattern::parse(text).has_error());
  }
  CHECK(Pattern::parse("/" + std::string(600, 'a')).has_error());
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "/a";
  CHECK(Pattern::parse(deep).has_error());
}

TEST_CASE("names of variables make no other pattern") {
  CHECK(Pattern::parse("/{a}/{b...}")->shape() == Pattern::parse("/{x}/{key...}")->shape());
  CHECK(Pattern::parse("/{a}/{b...}")->shape() != Pattern::parse("/{x}/{key*}")->shape());
}

TEST_CASE("the more specific pattern is asked first") {
  const std::vector<const char*> in_order{"/{key...}/master/index.m3u8",
                                          "/api/v1/streams/{key...}",
                                          "/{key...}/index.m3u8",
                                          "/{key...}.flv",
                                          "/{a}/{b}",
                                          "/{key...}",
                                          "/{path*}"};
  for (std::size_t i = 0; i + 1 < in_order.size(); ++i) {
    CAPTURE(in_order[i], in_order[i + 1]);
    CHECK(*Pattern::parse(in_order[i]) < *Pattern::parse(in_order[i + 1]));
    CHECK_FALSE(*Pattern::parse(in_order[i + 1]) < *Pattern::parse(in_order[i]));
  }
}
