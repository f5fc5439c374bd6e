#include "pages/settings.hpp"

#include <catch2/catch.hpp>
#include <sluice/error.hpp>
#include <string>

using namespace sluice::pages;

namespace {

std::string with(const std::string& config) { return R"({"config": )" + config + "}"; }

std::string link(const std::string& url) {
  return with(R"({"links": [{"name": "x", "url": ")" + url + R"("}]})");
}

}  // namespace

TEST_CASE("What the operator wrote is read") {
  const Settings settings = parse_settings(with(
      R"({"root": "/srv/www", "list": "nobody", "links": [{"name": "RTMP", "url": "rtmp://{host}/{key}"}]})"));
  CHECK(settings.root == "/srv/www");
  CHECK(settings.list == ListPolicy::nobody);
  REQUIRE(settings.links.size() == 1);
  CHECK(settings.links[0].name == "RTMP");
  CHECK(settings.links[0].url == "rtmp://{host}/{key}");
}

TEST_CASE("Without a word the list follows who may play") {
  CHECK(parse_settings(with("{}")).list == ListPolicy::automatic);
  CHECK(parse_settings(with(R"({"list": "everyone"})")).list == ListPolicy::everyone);
  CHECK(parse_settings(with(R"({"list": "loopback"})")).list == ListPolicy::loopback);
}

TEST_CASE("A link is a path of this server or a URL, with the stream in it") {
  for (const char* url :
       {"/{key}.flv", "/hls/{key}/index.m3u8", "rtmp://{host}/{key}", "https://cdn.example/{key}"}) {
    INFO(url);
    CHECK_NOTHROW(parse_settings(link(url)));
  }
  for (const char* url : {"javascript:alert(1)//{key}", "data:text/html,{key}", "//evil.example/{key}",
                          "{key}.flv", "JAVA://{key}", "/live.flv", "/{key}/{token}", "/{key}{", ""}) {
    INFO(url);
    CHECK_THROWS_AS(parse_settings(link(url)), sluice::Error);
  }
}

TEST_CASE("A refusal names the place and the remedy") {
  try {
    parse_settings(with(R"({"links": [{"name": "a", "url": "/{key}"}, {"name": "b", "url": "/{stream}"}]})"));
    FAIL("taken");
  } catch (const sluice::Error& error) {
    CHECK(std::string(error.what()).find("/config/links/1/url") == 0);
    CHECK(error.hint().find("{key}") != std::string::npos);
  }
  CHECK_THROWS_WITH(parse_settings(with(R"({"root": "www"})")), Catch::StartsWith("/config/root: 'www'"));
  CHECK_THROWS_WITH(parse_settings(with(R"({"list": "some"})")), Catch::StartsWith("/config/list: 'some'"));
}

TEST_CASE("The page gets the links and nothing else of the settings") {
  Settings settings;
  settings.root = "/srv/secret";
  settings.links = {{"A \"quoted\" <name>", "/{key}.flv"}};
  CHECK(page_json(settings) == R"({"links":[{"name":"A \"quoted\" <name>","url":"/{key}.flv"}]})");
}
