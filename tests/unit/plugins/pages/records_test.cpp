#include "pages/records.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

using namespace sluice::pages;
using nlohmann::json;

namespace {

// {"script-src": {"'self'"}}
std::map<std::string, std::set<std::string>> directives() {
  std::map<std::string, std::set<std::string>> out;
  std::istringstream policy{std::string(content_security_policy)};
  for (std::string directive; std::getline(policy, directive, ';');) {
    std::istringstream words(directive);
    std::string name;
    words >> name;
    for (std::string word; words >> word;) out[name].insert(word);
  }
  return out;
}

using Words = std::set<std::string>;

}  // namespace

TEST_CASE("Nothing inline runs, and nothing from elsewhere") {
  auto policy = directives();
  CHECK(policy["default-src"] == Words{"'self'"});
  CHECK(policy["script-src"] == Words{"'self'"});
  CHECK(policy["style-src"] == Words{"'self'"});
  CHECK(policy["object-src"] == Words{"'none'"});
  CHECK(policy["base-uri"] == Words{"'none'"});
  for (const auto& [name, words] : policy)
    for (const std::string& word : words) {
      INFO(name << " " << word);
      const bool is_blob = word == "blob:" && (name == "media-src" || name == "worker-src");
      CHECK((word == "'self'" || word == "'none'" || is_blob));
    }
}

TEST_CASE("Every page and file goes out under the policy") {
  const auto routes = file_routes("/srv/www");
  REQUIRE(routes.size() == 2);
  for (const RouteRecord& route : routes) {
    INFO(route.name);
    const json details = json::parse(route.details);
    CHECK(details["answer"] == "files");
    CHECK(details["root"] == "/srv/www");
    CHECK(details["headers"]["Content-Security-Policy"] == content_security_policy);
  }
  CHECK(routes[0].name == "GET * /");
  CHECK(json::parse(routes[0].details)["index"] == "index.html");
  CHECK(json::parse(player_details())["headers"]["Content-Security-Policy"] == content_security_policy);
}

TEST_CASE("A media address that nobody serves does not become a page") {
  for (const char* path : {"/live/cam.flv", "/live/cam/index.m3u8", "/live/cam/manifest.mpd",
                           "/live/cam/7.m4s", "/live/a.b.ts"}) {
    INFO(path);
    CHECK(is_media_path(path));
  }
  for (const char* path :
       {"/live/cam", "/live/cam~720p", "/live/v1.2", "/live/flv", "/live/cam.", "/live/cam.flv/x"}) {
    INFO(path);
    CHECK_FALSE(is_media_path(path));
  }
}

TEST_CASE("An answer that depends on who asks is never shared or kept") {
  const json details = json::parse(call_details());
  CHECK(details["answer"] == "call");
  CHECK(details["shared"] == false);
  CHECK(details["headers"]["Cache-Control"] == "no-store");
}
