#include "pages/stream_list.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

using namespace sluice::pages;
using nlohmann::json;

namespace {

const char* const registry = R"({"revision": 7, "streams": [
  {"key": "live/cam", "state": "live", "age_s": 12, "viewers": 3, "bitrate": 2000000, "fps": 29.97, "gop_ms": 2000,
   "key_age_ms": 40, "epoch": 9, "peer": "192.0.2.7:1", "protocol": "rtmp", "module": "rtmp", "memory": 123, "bytes": 5,
   "tracks": [{"id": 1, "kind": "video", "codec": "avc1", "width": 1280, "height": 720, "revision": 4}],
   "packagings": [{"format": "flv", "viewers": 2, "module": "flv", "parameters": {}, "bytes": 7}]}]})";

json list_of(const std::string& text, std::size_t most = 100'000) {
  return json::parse(*list_json(text, most));
}

std::string many(int count) {
  json streams = json::array();
  for (int i = 0; i < count; ++i)
    streams.push_back({{"key", "live/" + std::to_string(i)}, {"viewers", i % 10}});
  return json{{"streams", streams}}.dump();
}

}  // namespace

TEST_CASE("A viewer gets what the pages show") {
  CHECK(list_of(registry) == json::parse(R"({"left_out": 0, "streams": [
    {"key": "live/cam", "state": "live", "age_s": 12, "viewers": 3, "bitrate": 2000000, "fps": 29.97, "gop_ms": 2000,
     "key_age_ms": 40,
     "tracks": [{"kind": "video", "codec": "avc1", "width": 1280, "height": 720}],
     "packagings": [{"format": "flv", "viewers": 2}]}]})"));
}

TEST_CASE("Whom a stream comes from stays here") {
  CHECK(list_json(registry, 100'000)->find("192.0.2.7") == std::string::npos);
  CHECK(list_json(registry, 100'000)->find("epoch") == std::string::npos);
}

TEST_CASE("Something nested under a known name does not get through") {
  const json list = list_of(
      R"({"streams": [{"key": "a/b", "state": {"peer": "192.0.2.7"}, "tracks": [{"codec": [1]}, 5]}]})");
  CHECK_FALSE(list["streams"][0].contains("state"));
  CHECK(list["streams"][0]["tracks"] == json::parse("[{}, {}]"));
}

TEST_CASE("A name that looks like markup stays text") {
  const std::string key = R"(live/<script>alert("x")</script>)";
  const std::string text = json{{"streams", {{{"key", key}}}}}.dump();
  CHECK(list_of(text)["streams"][0]["key"] == key);
}

TEST_CASE("An answer has a bound: the least watched are left out, and counted") {
  const std::string all = *list_json(many(1000), 1'000'000);
  const std::string some = *list_json(many(1000), 10'000);
  CHECK(json::parse(all)["streams"].size() == 1000);
  CHECK(some.size() <= 10'000);
  const json list = json::parse(some);
  REQUIRE(list["streams"].size() > 100);  // all with 9 viewers, and some with 8
  REQUIRE(list["streams"].size() < 200);
  CHECK(list["streams"].size() + list["left_out"].get<std::size_t>() == 1000);
  std::map<int, int> by_viewers;
  for (const json& stream : list["streams"]) ++by_viewers[stream["viewers"].get<int>()];
  CHECK(by_viewers[9] == 100);
  CHECK(by_viewers.size() == 2);
  CHECK(list_of(many(3), 10) == json::parse(R"({"left_out": 3, "streams": []})"));
}

TEST_CASE("They come by name") {
  const json list = list_of(R"({"streams": [{"key": "b/x", "viewers": 9}, {"key": "a/x", "viewers": 1}]})");
  CHECK(list["streams"][0]["key"] == "a/x");
  CHECK(list["streams"][1]["key"] == "b/x");
}

TEST_CASE("One stream is taken out of the list") {
  const std::string list = *list_json(registry, 100'000);
  CHECK(json::parse(*stream_json(list, "live/cam"))["stream"]["viewers"] == 3);
  CHECK_FALSE(stream_json(list, "live/ca"));
  CHECK_FALSE(stream_json(list, ""));
}

TEST_CASE("What is not the registry's is refused") {
  for (const char* text : {"", "[]", "{}", R"({"streams": 1})", "{\"streams\": ["}) {
    INFO(text);
    CHECK_FALSE(list_json(text, 1000));
  }
  CHECK(list_of(R"({"streams": [1, {}, {"key": 2}]})")["streams"].empty());
}
