#include "config/settings.hpp"

#include <catch2/catch.hpp>

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
