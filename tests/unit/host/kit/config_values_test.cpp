#include "kit/config_values.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "config/schema.hpp"

using namespace sluice::kit;
using sluice::config::Json;

namespace {

const Json schema = Json::parse(R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "rate": {"type": "integer", "minimum": 1, "maximum": 60, "default": 25},
    "loud": {"type": "boolean", "default": false},
    "mode": {"enum": ["deny", "abstain", "ask"], "default": "deny"},
    "name": {"type": "string", "minLength": 2, "maxLength": 8, "pattern": "^k+$", "default": "kk"},
    "listen": {"x-listen": true, "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "default": ":1"},
    "users": {"type": "array", "default": [], "maxItems": 4, "items": {"$ref": "#/definitions/user"}},
    "deep": {"type": "object", "additionalProperties": false,
             "properties": {"leeway": {"type": "number", "minimum": 0, "maximum": 2.5, "default": 1}}}
  },
  "definitions": {"user": {"type": "object", "required": ["id"], "additionalProperties": false,
    "properties": {"id": {"type": "string", "minLength": 3}, "admin": {"type": "boolean"}}}}})");
const Json effective = sluice::config::with_defaults(schema, Json::object());

std::set<Json> values_at(const std::vector<ConfigTry>& tries, const std::string& place) {
  std::set<Json> values;
  for (const auto& one : tries)
    if (one.place == place) values.insert(one.effective.at(Json::json_pointer(place)));
  return values;
}

}  // namespace

TEST_CASE("a changed configuration is allowed, and differs") {
  const auto tries = changed_configs(
      schema, effective, {"rate", "loud", "mode", "name", "listen", "users", "deep", "no-such-name"});
  for (const auto& one : tries) {
    CAPTURE(one.in_words());
    CHECK(one.allowed);
    CHECK(sluice::config::validate(schema, one.effective, {}).empty());
    CHECK(one.effective != effective);
  }
  CHECK(values_at(tries, "/rate") == std::set<Json>{1, 60});
  CHECK(values_at(tries, "/loud") == std::set<Json>{true});
  CHECK(values_at(tries, "/mode") == std::set<Json>{"abstain", "ask"});
  CHECK(values_at(tries, "/name") == std::set<Json>{"kkkkkkkk"});
  CHECK(values_at(tries, "/deep/leeway").contains(0));
  CHECK(values_at(tries, "/deep") == std::set<Json>{Json::object(), {{"leeway", 2.5}}});
  CHECK(values_at(tries, "/listen").contains("127.0.0.1:9"));
  CHECK_FALSE(values_at(tries, "/users").empty());
  CHECK_FALSE(values_at(tries, "/users/0/id").empty());
}

TEST_CASE("only the named properties change, and without a schema nothing does") {
  for (const auto& one : changed_configs(schema, effective, {"loud"})) CHECK(one.place == "/loud");
  CHECK(changed_configs(Json(), Json::object(), {"loud"}).empty());
  CHECK(hostile_configs(Json::object(), Json(), {"loud"}).empty());
}

TEST_CASE("every place gets strange values of every kind, and it is known which are allowed") {
  const auto tries = hostile_configs(schema, effective, {"rate", "name", "users", "deep"});
  for (const char* place : {"/rate", "/name", "/users", "/users/0/id", "/deep", "/deep/leeway"}) {
    CAPTURE(place);
    const auto values = values_at(tries, place);
    CHECK(values.size() >= 15);
    CHECK(values.contains(1e308));
    CHECK(values.contains(nullptr));
    CHECK(values.contains(std::string("kit\0kit", 7)));
  }
  for (const auto& one : tries) {
    CAPTURE(one.in_words());
    CHECK(one.allowed == sluice::config::validate(schema, one.effective, {}).empty());
    CHECK_NOTHROW(one.effective.dump());  // valid UTF-8: a module is never given anything else
  }
  CHECK(std::any_of(tries.begin(), tries.end(), [](const ConfigTry& one) {
    return one.place == "/users/0/id" && one.value == "a string of 64 KiB" && one.allowed;
  }));
  CHECK(std::any_of(tries.begin(), tries.end(), [](const ConfigTry& one) {
    return one.place == "/name" && one.value == "8 characters of four bytes" && !one.allowed;
  }));
}

TEST_CASE("a schema that refers to itself comes to an end") {
  const Json circle = Json::parse(R"({"type": "object", "properties": {"tree": {"$ref": "#/definitions/t"}},
    "definitions": {"t": {"type": "object", "properties": {"left": {"$ref": "#/definitions/t"},
      "right": {"$ref": "#/definitions/t"}, "leaf": {"type": "integer"}}}}})");
  CHECK_FALSE(changed_configs(circle, Json::object(), {"tree"}).empty());
  CHECK(hostile_configs(circle, Json::object(), {"tree"}).size() <= 64 * 19);
}

TEST_CASE("a part of the tries is spread over all of them") {
  std::vector<ConfigTry> tries(10);
  for (std::size_t i = 0; i < tries.size(); ++i) tries[i].place = std::to_string(i);
  const auto kept = spread(tries, 3);
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].place == "0");
  CHECK(kept[1].place == "3");
  CHECK(kept[2].place == "6");
  CHECK(spread(tries, 50).size() == 10);
}
