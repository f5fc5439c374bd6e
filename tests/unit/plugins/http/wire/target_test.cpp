#include "wire/target.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("two spellings of one path are one path") {
  for (const char* text : {"/live/cam", "/live/%63am", "/%6C%69ve/cam", "http://example.org/live/cam",
                           "HTTPS://example.org:8443/live/cam?x"}) {
    CAPTURE(text);
    const auto target = read_target(text);
    REQUIRE(target.has_value());
    CHECK(target->path == "/live/cam");
    CHECK(target->segments == std::vector<std::string>{"live", "cam"});
  }
}

TEST_CASE("query, authority and the ends of paths") {
  CHECK(read_target("/a?b=%2e&c?d")->query == "b=%2e&c?d");
  CHECK(read_target("/a?")->query.empty());
  CHECK(read_target("/")->segments.empty());
  CHECK(read_target("/a/")->segments == std::vector<std::string>{"a", ""});
  CHECK(read_target("http://h:1?q")->path == "/");
  CHECK(read_target("http://h:1?q")->authority == "h:1");
  CHECK(read_target("*")->asterisk);
  CHECK(read_target("/%7Euser/%C3%A4")->path == "/~user/\xc3\xa4");
}

TEST_CASE("paths that have no honest reading are refused, whatever the query (rows H4, H5)") {
  for (const char* path : {"/live/../../etc/passwd",
                           "/live/%2e%2e/x",
                           "/live/%2E./x",
                           "/live/%252e%252e/x",
                           "/live/..;/x",
                           "/live/.;a/x",
                           "/live//cam",
                           "//live/cam",
                           "/live/./cam",
                           "/.",
                           "/live\\cam",
                           "/live%5ccam",
                           "/live%2fcam",
                           "/live/%00",
                           "/live/%0d%0a",
                           "/live/%c0%af",
                           "/live/%c1%81",
                           "/live/%ed%a0%80",
                           "/live/%f5%80%80%80",
                           "/live/%ff",
                           "/live/%c3",
                           "/live/cam.",
                           "/live/cam%2e",
                           "/live/c%",
                           "/live/c%4",
                           "/live/c%zz",
                           "/live/\x7f",
                           "/live/\xc3\xa4",
                           "/a b",
                           "/a#b",
                           "live",
                           "",
                           "http://",
                           "ftp://h/x"}) {
    for (const char* query : {"", "?token=abc"}) {
      const std::string text = std::string(path) + query;
      CAPTURE(text);
      const auto target = read_target(text);
      REQUIRE(target.has_error());
      CHECK(target.error().status == 400);
      if (*path) CHECK(target.error().text == read_target(path).error().text);
    }
  }
  CHECK(read_target(std::string_view("/a\0b", 4)).has_error());
  CHECK(read_target("/a?b c").has_error());
}
