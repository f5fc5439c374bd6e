#include "config/module_config.hpp"

#include <catch2/catch.hpp>

#include "print_result.hpp"

using namespace sluice::config;

namespace {

const ModuleSchema rtmp = {"rtmp", "RTMP", Json::parse(R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "listen": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "default": ":1935"},
    "merge_ms": {"$ref": "#/definitions/ms", "default": 0},
    "token": {"type": "string", "x-secret": true}
  },
  "definitions": {"ms": {"type": "integer", "minimum": 0, "maximum": 500}}
})")};

const ModuleSchema strict = {"strict", "", Json::parse(R"({"type": "object", "required": ["origin"],
  "properties": {"origin": {"type": "string"}, "n": {"type": "integer", "default": 1}}})")};

Settings settings_of(const char* text) {
  auto parsed = parse_settings(text, "c.json");
  REQUIRE(parsed);
  return std::move(*parsed);
}

std::vector<std::string> texts(const Complaints& complaints) {
  std::vector<std::string> out;
  for (const Complaint& one : complaints) out.push_back(one.text());
  return out;
}

}  // namespace

TEST_CASE("layers, defaults and overrides by app make a module's config") {
  const Settings settings =
      settings_of(R"({"apps": {"live": {"modules": {"rtmp": {"merge_ms": 350}}}, "raw": {}}})");
  const std::vector<ConfigLayer> layers = {{"operator half", {{"merge_ms", 10}, {"listen", ":1"}}, {}},
                                           {"config file", {{"listen", {":2", ":3"}}}, {}}};
  const ModuleConfig config = compose_module_config(rtmp, layers, settings);
  CHECK(config.complaints.empty());
  CHECK(config.effective == Json::parse(R"({"listen": [":2", ":3"], "merge_ms": 10})"));
  CHECK(config.apps == Json::parse(R"({"live": {"listen": [":2", ":3"], "merge_ms": 350}})"));
  CHECK(Json::parse(config.text())["apps"]["live"]["merge_ms"] == 350);
  CHECK(Json::parse(compose_module_config(rtmp, {}, default_settings()).text()) ==
        Json::parse(R"({"listen": ":1935", "merge_ms": 0})"));
}

TEST_CASE("what is wrong in a module's part names its place in the file") {
  const Settings settings = settings_of(
      "{\"modules\": {\"rtmp\": {\"config\": {\n \"merg_ms\": 1}}, \"rmtp\": {}},\n"
      "\"apps\": {\"live\": {\"modules\": {\"rtmp\": {\"merge_ms\": 501}}}}}");
  const auto all = texts(check_modules(settings, {rtmp}));
  REQUIRE(all.size() == 3);
  CHECK(all[0] ==
        "c.json:2:18: /modules/rmtp: unknown property `rmtp`, expected a module that was found; did you mean "
        "`rtmp`?");
  CHECK(all[1] ==
        "c.json:2:2: /modules/rtmp/config/merg_ms: unknown property `merg_ms`; did you mean `merge_ms`?");
  CHECK(all[2] ==
        "c.json:3:52: /apps/live/modules/rtmp/merge_ms: expected an integer from 0 to 500, found 501");
}

TEST_CASE("an override by app need not repeat what is required, the whole must have it") {
  CHECK(check_modules(settings_of(R"({"modules": {"strict": {"config": {"origin": "x"}}},
      "apps": {"a": {"modules": {"strict": {"n": 2}}}}})"),
                      {strict})
            .empty());
  const auto all = texts(check_modules(default_settings(), {strict}));
  REQUIRE(all.size() == 1);
  CHECK(all[0] == "/modules/strict/config: missing property `origin`");
}

TEST_CASE("the assembled schema judges the whole file") {
  const Json whole = assembled_schema({rtmp, strict});
  REQUIRE(check_schema(whole, {}).empty());
  CHECK(
      validate(
          whole,
          Json::parse(
              R"({"modules": {"rtmp": {"config": {"merge_ms": 5}}, "strict": {"config": {"origin": ""}}}})"),
          {})
          .empty());
  CHECK(validate(whole, Json::parse(R"({"modules": {"rtmp": {"config": {"merge_ms": 501}}}})"), {}).size() ==
        1);
  CHECK(validate(whole, Json::parse(R"({"modules": {"strict": {"config": {}}}})"), {}).size() == 1);
  CHECK(validate(whole, Json::parse(R"({"apps": {"live": {"modules": {"rtmp": {"merge_ms": 501}}}}})"), {})
            .size() == 1);
  CHECK(validate(whole, Json::parse(R"({"apps": {"live": {"modules": {"strict": {"n": 1}}}}})"), {}).empty());
}

TEST_CASE("the effective config shows everything but secrets") {
  const Settings settings = settings_of(R"({
    "cluster": {"directory": "x", "secret": "topsecret1", "auth_token": "topsecret2"},
    "paths": [{"url": "rtsp://me:topsecret3@cam/1"}],
    "modules": {"rtmp": {"config": {"token": "topsecret4"}}, "gone": {"config": {"password": "topsecret5"}}},
    "apps": {"live": {"modules": {"rtmp": {"token": "topsecret6"}}}}})");
  const Json shown = effective_config(settings, {rtmp});
  CHECK(shown.dump().find("topsecret") == std::string::npos);
  CHECK(shown["modules"]["rtmp"]["config"] ==
        Json{{"listen", ":1935"}, {"merge_ms", 0}, {"token", secret_mask}});
  CHECK(shown["apps"]["live"]["grace_ms"] == 15000);
  CHECK(shown["apps"]["live"]["modules"]["rtmp"]["token"] == secret_mask);
  CHECK(shown["limits"]["streams"] == 10000);
  CHECK(shown["paths"][0]["url"] == "rtsp://me:********@cam/1");
}
