#include "observe/log_line.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

using namespace sluice::observe;

namespace {

// 2026-11-22T15:04:05.123Z
const std::chrono::system_clock::time_point when{std::chrono::milliseconds(1795359845123)};

std::string text(std::string_view message, std::vector<Field> fields = {}, std::uint64_t held_back = 0) {
  return to_text({when, Level::info, "acme", message, fields, held_back});
}

nlohmann::json json(std::string_view message, std::vector<Field> fields = {}) {
  return nlohmann::json::parse(to_json({when, Level::warn, "", message, fields, 7}));
}

}  // namespace

TEST_CASE("a text line") {
  REQUIRE(text("publish started", {{"stream", "live/cam"}, {"peer", "[::1]:50123"}}) ==
          "2026-11-22T15:04:05.123Z INFO  [acme] publish started stream=live/cam peer=[::1]:50123");
  REQUIRE(text("x", {}, 3) == "2026-11-22T15:04:05.123Z INFO  [acme] x held_back=3");
  REQUIRE(to_text({when, Level::error, "", "x", {}, 0}) == "2026-11-22T15:04:05.123Z ERROR [host] x");
}

TEST_CASE("values that would be misread are quoted") {
  REQUIRE(text("x", {{"a", ""}, {"b", "two words"}, {"c", "say \"hi\""}, {"d", "k=v"}}).substr(40) ==
          R"(a="" b="two words" c="say \"hi\"" d="k=v")");
}

TEST_CASE("what a peer sent stays on its line and cannot steer a terminal") {
  REQUIRE(text("a\r\nb\tc").substr(38) == "a\\r\\nb\\tc");
  REQUIRE(text("\x1b[31mred\x07").substr(38) == "\\x1b[31mred\\x07");
  REQUIRE(text("\xc2\x9b"
               "31m")
              .substr(38) == "\\xc2\\x9b31m");
  REQUIRE(text("\xe2\x80\xaeright to left").substr(38) == "\\xe2\\x80\\xaeright to left");
  REQUIRE(text("caf\xc3\xa9").substr(38) == "caf\xc3\xa9");
  REQUIRE(text("\xff\xc0\xaf\xed\xa0\x80").substr(38) == "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
  REQUIRE(text("\xe2\x82").substr(38) == "\\xe2\\x82");
}

TEST_CASE("long values are cut") {
  const std::string big(100'000, 'x');
  REQUIRE(text(big, {{"value", big}}).size() < 3300);
  const std::vector<Field> many(500, {"k", "v"});
  REQUIRE(to_text({when, Level::info, "m", "x", many, 0}).size() < 300);
}

TEST_CASE("a JSON line is one object with the same facts") {
  const auto line = json("two\nlines", {{"stream", "live/cam"}, {"time", "mine"}});
  REQUIRE(line["time"] == "2026-11-22T15:04:05.123Z");
  REQUIRE(line["level"] == "warn");
  REQUIRE(line["module"] == "host");
  REQUIRE(line["message"] == "two\nlines");
  REQUIRE(line["stream"] == "live/cam");
  REQUIRE(line["field_time"] == "mine");
  REQUIRE(line["held_back"] == 7);
}

TEST_CASE("any bytes at all give one parseable JSON line") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  every += "\xe2\x80\xae\xc2\x85\xf0\x9f\x8e\xa5\\\"";
  const auto raw = to_json({when, Level::info, every, every, {}, 0});
  REQUIRE(raw.find('\n') == std::string::npos);
  REQUIRE(nlohmann::json::parse(raw)["message"].get<std::string>().find('\n') != std::string::npos);
  for (std::size_t size = 0; size < every.size(); ++size) {
    const std::string part = every.substr(size);
    REQUIRE_NOTHROW(nlohmann::json::parse(to_json({when, Level::info, "m", part, {}, 0})));
  }
}
