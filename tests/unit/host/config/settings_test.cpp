#include "config/settings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include "print_result.hpp"

#include "config/schema.hpp"

using namespace sluice::config;

namespace {

std::string fault(const std::string& text) {
  const auto parsed = parse_settings(text, "sluice.json");
  return parsed ? "" : parsed.error().front().text();
}

}  // namespace

TEST_CASE("no file at all gives the defaults") {
  const Settings settings = default_settings();
  CHECK(check_schema(host_schema(), {}).empty());
  CHECK(settings.log.level == "info");
  CHECK(settings.log.lines_per_second == 10);
  CHECK(settings.limits.frame_bytes == 8u << 20);
  CHECK(settings.limits.subscription_bytes == 4u << 20);
  CHECK(settings.limits.subscription_time == milliseconds(3000));
  CHECK(settings.app("live").gop_cache_bytes == 16u << 20);
  CHECK(settings.app("live").gop_cache_time == milliseconds(10'000));
  CHECK(settings.app("live").grace == milliseconds(15'000));
  CHECK(settings.app("live").takeover == Takeover::refuse);
  CHECK(settings.trust.mode == TrustMode::open);
  CHECK(settings.trust.keys.empty());
  CHECK(settings.trust.allow_unsigned.empty());
  CHECK_FALSE(settings.text);
}

TEST_CASE("a whole file becomes types") {
  const auto settings = parse_settings(R"(// ours
  {
    "node": {"id": "edge-1", "address": "10.0.0.1"},
    "cluster": {"directory": "etcd", "secret": "s3cret", "endpoints": ["http://x"]},
    "module_paths": ["/opt/modules"],
    "apps": {"live": {"takeover": "replace", "grace_ms": 100, "modules": {"rtmp": {"merge_ms": 350}}}},
    "paths": [{"url": "rtsp://cam"}],
    "modules": {"rtmp": {"enabled": false, "prefer": true, "config": {"listen": ":1"}, "log_level": "debug",
                         "allow_draft": true, "permissions": ["exec"]}, "other": {}},
    "log": {"level": "debug", "format": "json", "file": "/var/log/x"},
    "trust": {"mode": "signed", "keys": {"acme": "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="},
              "allow_unsigned": ["rtmp"]},
    "limits": {"streams": 5, "drain_ms": 1}
  })",
                                       "sluice.json");
  REQUIRE(settings);
  CHECK(settings->node.id == "edge-1");
  CHECK(settings->cluster["endpoints"][0] == "http://x");
  CHECK(settings->module_paths == std::vector<std::string>{"/opt/modules"});
  CHECK(settings->app("live").takeover == Takeover::replace);
  CHECK(settings->app("live").grace == milliseconds(100));
  CHECK(settings->app("live").gop_cache_frames == 4096);
  CHECK(settings->app("live").modules.at("rtmp")["merge_ms"] == 350);
  CHECK(settings->app("other").takeover == Takeover::refuse);
  CHECK(settings->paths.size() == 1);
  CHECK(settings->modules.at("rtmp").enabled == false);
  CHECK(settings->modules.at("rtmp").prefer == true);
  CHECK_FALSE(settings->modules.at("rtmp").required);
  CHECK(settings->modules.at("rtmp").log_level == "debug");
  CHECK(settings->modules.at("rtmp").allow_draft == true);
  CHECK(settings->modules.at("rtmp").permissions == std::vector<std::string>{"exec"});
  CHECK_FALSE(settings->modules.at("other").permissions);
  CHECK(settings->trust.mode == TrustMode::signed_only);
  CHECK(settings->trust.keys.at("acme").starts_with("PUAX"));
  CHECK(settings->trust.allow_unsigned == std::vector<std::string>{"rtmp"});
  CHECK(settings->modules.at("rtmp").config["listen"] == ":1");
  CHECK(settings->log.format == LogFormat::json);
  CHECK(settings->limits.streams == 5);
  CHECK(settings->limits.drain == milliseconds(1));
  CHECK(settings->limits.connections == 16384);
}

TEST_CASE("faults carry file, line, column, pointer, expectation and the nearest name") {
  CHECK(fault("{\n  \"limts\": {}\n}") ==
        "sluice.json:2:3: /limts: unknown property `limts`; did you mean `limits`?");
  CHECK(
      fault("{\"log\": {\n\"level\": \"inof\"}}") ==
      "sluice.json:2:10: /log/level: expected one of `trace`, `debug`, `info`, `warn`, `error`, `off`, found "
      "\"inof\"; did you mean `info`?");
  CHECK(fault("{\"limits\": {\"streams\": \"many\"}}") ==
        "sluice.json:1:24: /limits/streams: expected an integer from 1 to 1000000, found \"many\"");
  CHECK(fault("{\"apps\": {\"a/b\": {}}}").find("/apps/a~1b") != std::string::npos);
  CHECK(fault("{\"modules\": {\"rtmp\": {\"enabled\": 1}}}").find("expected true or false, found 1") !=
        std::string::npos);
  CHECK(fault("{\"cluster\": {\"secret\": 12345}}").find("12345") == std::string::npos);
  CHECK(fault("{\"trust\": {\"keys\": {\"a\": \"AAAA\"}}}").find("/trust/keys/a: expected a string") !=
        std::string::npos);
  CHECK(fault("{\"modules\": {\"rtmp\": {\"limits\": {}}}}").find("unknown property `limits`") !=
        std::string::npos);
  CHECK(fault("{} {}").find("1:4") != std::string::npos);
  CHECK(fault("{\"a\": 1, \"a\": 2}").find("twice") != std::string::npos);
}

TEST_CASE("a file that is not there is a fault with its name") {
  CHECK(load_settings("/nowhere/sluice.json").error().front().text() ==
        "/nowhere/sluice.json: No such file or directory");
}

TEST_CASE("with faults in it, a file still tells what else stands there") {
  const auto flawed = parse_flawed(R"({
    "limts": {}, "module_paths": ["/a", 1, 2, "/b"], "log": {"level": "loud", "format": "json"},
    "apps": {"live": {"grace_ms": -1, "takeover": "replace"}},
    "modules": {"broken": 5, "rtmp": {"enabled": 1, "config": {"listen": ":1"}}}
  })",
                                   "sluice.json");
  std::vector<std::string> places;
  for (const Complaint& one : flawed.complaints) places.push_back(one.pointer);
  std::sort(places.begin(), places.end());
  CHECK(places == std::vector<std::string>{"/apps/live/grace_ms", "/limts", "/log/level", "/module_paths/1",
                                           "/module_paths/2", "/modules/broken", "/modules/rtmp/enabled"});
  REQUIRE(flawed.rest);
  CHECK(flawed.rest->module_paths == std::vector<std::string>{"/a", "/b"});
  CHECK(flawed.rest->log.level == "info");
  CHECK(flawed.rest->log.format == LogFormat::json);
  CHECK(flawed.rest->app("live").grace == milliseconds(15'000));
  CHECK(flawed.rest->app("live").takeover == Takeover::replace);
  CHECK_FALSE(flawed.rest->modules.contains("broken"));
  CHECK_FALSE(flawed.rest->modules.at("rtmp").enabled);
  CHECK(flawed.rest->modules.at("rtmp").config["listen"] == ":1");
  // Places are those of the file as it is.
  CHECK(flawed.rest->text->position("/modules/rtmp/config/listen").line == 4);
}

TEST_CASE("more faults than are listed at once do not hide the rest") {
  Json many = {{"modules", {{"rtmp", {{"config", {{"listen", ":1"}}}}}}}};
  for (int i = 0; i < 120; ++i) many["unknown-" + std::to_string(i)] = i;
  const auto flawed = parse_flawed(many.dump(), "sluice.json");
  CHECK(flawed.complaints.size() == 50);
  REQUIRE(flawed.rest);
  CHECK(flawed.rest->modules.contains("rtmp"));
  for (int i = 0; i < 2000; ++i) many["unknown-" + std::to_string(i)] = i;
  CHECK_FALSE(parse_flawed(many.dump(), "sluice.json").rest);
}

TEST_CASE("what cannot be read leaves nothing to judge, and what has no faults is whole") {
  for (const char* text : {"{", "[]", "5", "{\"a\": 1, \"a\": 2}"}) {
    const auto flawed = parse_flawed(text, "sluice.json");
    CHECK(flawed.complaints.size() == 1);
    CHECK_FALSE(flawed.rest);
  }
  CHECK_FALSE(load_flawed("/nowhere/sluice.json").rest);
  const auto whole = parse_flawed("{\"limits\": {\"streams\": 7}}", "sluice.json");
  CHECK(whole.complaints.empty());
  CHECK(whole.rest->limits.streams == 7);
}
