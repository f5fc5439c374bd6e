#include "config/schema.hpp"

#include <catch2/catch.hpp>

#include "print_result.hpp"

using namespace sluice::config;

namespace {

std::vector<std::string> faults(const Json& schema, const Json& value) {
  REQUIRE(check_schema(schema, {}).empty());
  std::vector<std::string> out;
  for (const Complaint& one : validate(schema, value, {})) out.push_back(one.text());
  return out;
}

std::string fault(const Json& schema, const Json& value) {
  const auto all = faults(schema, value);
  return all.empty() ? "" : all.front();
}

std::string schema_fault(const Json& schema) {
  const Complaints all = check_schema(schema, {});
  return all.empty() ? "" : all.front().text();
}

const Json server = Json::parse(R"({
  "type": "object", "additionalProperties": false, "required": ["name"],
  "properties": {
    "name": {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[a-zä]+$"},
    "latency_ms": {"type": "integer", "minimum": 0, "maximum": 500, "default": 20},
    "mode": {"enum": ["refuse", "replace"], "default": "refuse"},
    "key": {"type": "string", "x-secret": true, "minLength": 4},
    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": true},
    "rest": {"$ref": "#/definitions/rest"},
    "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}
  },
  "definitions": {"rest": {"type": "object", "properties": {"depth": {"type": "integer", "default": 3}}}}
})");

}  // namespace

TEST_CASE("values are judged and the words say what was expected") {
  CHECK(fault(server, {{"name", "abc"}}).empty());
  CHECK(fault(server, Json::array()) == "expected an object, found a list");
  CHECK(fault(server, Json::object()) == "missing property `name`");
  CHECK(fault(server, {{"name", "a"}, {"latency_ms", "12"}}) ==
        "/latency_ms: expected an integer from 0 to 500, found \"12\"");
  CHECK(fault(server, {{"name", "a"}, {"latency_ms", 501}}) ==
        "/latency_ms: expected an integer from 0 to 500, found 501");
  CHECK(fault(server, {{"name", "a"}, {"latency_ms", 1.5}}).find("found 1.5") != std::string::npos);
  CHECK(fault(server, {{"name", "a"}, {"latancy_ms", 1}}) ==
        "/latancy_ms: unknown property `latancy_ms`; did you mean `latency_ms`?");
  CHECK(fault(server, {{"name", "a"}, {"mode", "replaec"}}) ==
        "/mode: expected one of `refuse`, `replace`, found \"replaec\"; did you mean `replace`?");
  CHECK(fault(server, {{"name", "ABC"}}).find("matching ^[a-zä]+$") != std::string::npos);
  CHECK(fault(server, {{"name", "ääääääää"}}).empty());  // characters count, not bytes
  CHECK(fault(server, {{"name", "a"}, {"tags", {"x", 1}}}) == "/tags/1: expected a string, found 1");
  CHECK(fault(server, {{"name", "a"}, {"tags", {"x", "x"}}}).find("each element once") != std::string::npos);
  CHECK(fault(server, {{"name", "a"}, {"tags", {"x", "y", "z"}}}).find("of at most 2 elements") !=
        std::string::npos);
  CHECK(fault(server, {{"name", "a"}, {"rest", {{"depth", true}}}}) ==
        "/rest/depth: expected an integer, found true");
  CHECK(fault(server, {{"name", "a"}, {"either", {1, "x"}}}) ==
        "/either/1: expected an integer, found \"x\"");
  CHECK(fault(server, {{"name", "a"}, {"either", 5}}) == "/either: expected a string, or a list, found 5");
}

TEST_CASE("all faults are told at once") {
  CHECK(faults(server, {{"nam", "x"}, {"mode", 3}, {"latency_ms", -1}}).size() == 4);
  Json many = Json::object();
  for (int i = 0; i < 500; ++i) many["unknown" + std::to_string(i)] = 1;
  CHECK(faults(server, many).size() <= 50);
}

TEST_CASE("a secret is never printed") {
  CHECK(fault(server, {{"name", "a"}, {"key", "abc"}}).find("abc") == std::string::npos);
  CHECK(fault(server, {{"name", "a"}, {"key", 123456}}).find("123456") == std::string::npos);
  const Json shown = masked(server, {{"name", "a"}, {"key", "hunter22"}});
  CHECK(shown == Json{{"name", "a"}, {"key", secret_mask}});
  const Json nested = Json::parse(
      R"({"properties": {"users": {"type": "array", "items": {"properties": {"password": {"x-secret": true}}}},
          "alt": {"oneOf": [{"type": "integer"}, {"properties": {"token": {"x-secret": true}}}]}}})");
  const std::string text =
      masked(nested, {{"users", {{{"password", "p1"}}, {{"password", "p2"}}}}, {"alt", {{"token", "t1"}}}})
          .dump();
  CHECK(text.find("p1") == std::string::npos);
  CHECK(text.find("p2") == std::string::npos);
  CHECK(text.find("t1") == std::string::npos);
}

TEST_CASE("defaults are filled in to any depth") {
  CHECK(with_defaults(server, {{"name", "a"}}) ==
        Json{{"name", "a"}, {"latency_ms", 20}, {"mode", "refuse"}});
  CHECK(with_defaults(server, {{"name", "a"}, {"rest", Json::object()}, {"mode", "replace"}}) ==
        Json{{"name", "a"}, {"latency_ms", 20}, {"mode", "replace"}, {"rest", {{"depth", 3}}}});
  const Json nested = Json::parse(
      R"({"properties": {"a": {"properties": {"b": {"default": 1}}},
                         "c": {"required": ["d"], "properties": {"d": {}, "e": {"default": 2}}},
                         "list": {"type": "array", "items": {"properties": {"x": {"default": 0}}}}}})");
  CHECK(with_defaults(nested, {{"list", {{{"x", 5}}, Json::object()}}}) ==
        Json::parse(R"({"a": {"b": 1}, "list": [{"x": 5}, {"x": 0}]})"));
}

TEST_CASE("a schema that contains itself ends") {
  const Json tree = Json::parse(R"({"type": "object", "additionalProperties": false, "properties": {
      "left": {"$ref": "#"}, "right": {"$ref": "#"}, "n": {"type": "integer", "default": 1}}})");
  CHECK(with_defaults(tree, {{"left", Json::object()}}) == Json::parse(R"({"n": 1, "left": {"n": 1}})"));
  CHECK(fault(tree, {{"left", {{"right", {{"n", "x"}}}}}}) ==
        "/left/right/n: expected an integer, found \"x\"");
  // A thousand million branches from eight definitions.
  Json bomb = {{"$ref", "#/definitions/d0"}, {"definitions", Json::object()}};
  for (int i = 0; i < 9; ++i) {
    Json branches = Json::array();
    for (int k = 0; k < 12; ++k) branches.push_back({{"$ref", "#/definitions/d" + std::to_string(i + 1)}});
    bomb["definitions"]["d" + std::to_string(i)] = {{"allOf", branches}};
  }
  bomb["definitions"]["d9"] = {{"type", "object"}};
  CHECK(fault(bomb, Json::object()).find("bounded work") != std::string::npos);
  CHECK(with_defaults(bomb, Json::object()) == Json::object());
}

TEST_CASE("a keyword nobody would check is a fault of the schema") {
  CHECK(schema_fault({{"type", "strnig"}}).find("/type") == 0);
  CHECK(schema_fault({{"propertes", Json::object()}}) ==
        "/propertes: unknown property `propertes`, expected a schema keyword this host checks; did you mean "
        "`properties`?");
  CHECK_FALSE(schema_fault({{"if", Json::object()}}).empty());
  CHECK_FALSE(schema_fault({{"pattern", "("}}).empty());
  CHECK_FALSE(schema_fault({{"$ref", "#/definitions/none"}}).empty());
  CHECK_FALSE(schema_fault({{"$ref", "#"}}).empty());
  CHECK_FALSE(schema_fault({{"properties", {{"a", 5}}}}).empty());
  CHECK_FALSE(schema_fault({{"required", "a"}}).empty());
  CHECK_FALSE(schema_fault({{"minLength", -1}}).empty());
  CHECK(schema_fault({{"x-reload", "live"}, {"properties", {{"type", {{"type", "string"}}}}}}).empty());
}

TEST_CASE("numbers are compared exactly") {
  const Json schema = {{"minimum", -5}, {"maximum", 18446744073709551614u}};
  CHECK(fault(schema, 18446744073709551614u).empty());
  CHECK_FALSE(fault(schema, 18446744073709551615u).empty());
  CHECK_FALSE(fault(schema, -6).empty());
  CHECK_FALSE(fault({{"minimum", 1}, {"exclusiveMinimum", true}}, 1).empty());
  CHECK_FALSE(fault({{"exclusiveMaximum", 1}}, 1).empty());
  CHECK(fault({{"multipleOf", 4}}, 8).empty());
  CHECK_FALSE(fault({{"multipleOf", 4}}, 9).empty());
}

TEST_CASE("what overrides another need not be whole") {
  const Json loose = as_override(server);
  CHECK(validate(loose, Json::object(), {}).empty());
  CHECK(validate(loose, {{"latency_ms", 900}}, {}).size() == 1);
  CHECK(with_defaults(loose, Json::object()) == Json::object());
  // A property that bears a keyword's name is not mistaken for it.
  const Json named =
      as_override(Json::parse(R"({"properties": {"required": {"type": "string", "default": "x"}}})"));
  CHECK(named == Json::parse(R"({"properties": {"required": {"type": "string"}}})"));
}

TEST_CASE("merging goes key by key") {
  Json lower = Json::parse(R"({"a": {"b": 1, "c": [1, 2]}, "d": 1})");
  merge_over(lower, Json::parse(R"({"a": {"c": [3]}, "e": null})"));
  CHECK(lower == Json::parse(R"({"a": {"b": 1, "c": [3]}, "d": 1, "e": null})"));
}
