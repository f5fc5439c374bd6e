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

TEST_CASE("Every page and file goes out under the policy, and tells nobody its address") {
  const auto routes = file_routes("/srv/www");
  REQUIRE(routes.size() == 3);
  for (const RouteRecord& route : routes) {
    INFO(route.name);
    const json details = json::parse(route.details);
    CHECK(details["answer"] == "files");
    CHECK(details["root"] == "/srv/www");
    CHECK(details["headers"]["Content-Security-Policy"] == content_security_policy);
    CHECK(details["headers"]["X-Content-Type-Options"] == "nosniff");
    CHECK(details["headers"]["Referrer-Policy"] == "no-referrer");
  }
}

TEST_CASE("The list is at the root, a player at every stream's key") {
  const auto routes = file_routes("/srv/www");
  CHECK(routes[0].name == "GET * /");
  CHECK(json::parse(routes[0].details)["index"] == "index.html");
  CHECK(routes[1].name == "GET * /{key...}");
  CHECK(json::parse(routes[1].details)["index"] == "player.html");
}

TEST_CASE("An answer that depends on who asks is never shared or kept") {
  const json details = json::parse(call_details());
  CHECK(details["answer"] == "call");
  CHECK(details["shared"] == false);
  CHECK(details["headers"]["Cache-Control"] == "no-store");
}
