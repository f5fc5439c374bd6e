#include "config/json_text.hpp"

#include <catch2/catch.hpp>

#include <string>
#include "print_result.hpp"

using namespace sluice::config;

namespace {

Checked<JsonText> parse(std::string text, bool comments = false, std::size_t max_bytes = max_config_bytes) {
  JsonRules rules;
  rules.file = "f.json";
  rules.comments = comments;
  rules.max_bytes = max_bytes;
  return JsonText::parse(std::move(text), rules);
}

std::string complaint(const std::string& text, bool comments = false) {
  const auto parsed = parse(text, comments);
  return parsed ? "accepted" : parsed.error().text();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("what a JSON text holds") {
  const auto parsed = parse(
      R"({"a": [1, -2, 3.5e1, true, false, null], "b": {"c": "\u00e4\ud83d\ude00\n\/"}, "big": 18446744073709551615})");
  REQUIRE(parsed);
  CHECK(parsed->value()["a"] == Json::array({1, -2, 35.0, true, false, nullptr}));
  CHECK(parsed->value()["b"]["c"] == "ä😀\n/");
  CHECK(parsed->value()["big"] == 18446744073709551615u);
  CHECK(parsed->value() == Json::parse(parsed->value().dump()));
}

TEST_CASE("what is refused, where, and why") {
  CHECK(complaint("") == "f.json:1:1: expected a value, found the end of the text");
  CHECK(complaint("\xEF\xBB\xBF{}") ==
        "f.json:1:1: expected UTF-8 without a byte order mark, found a byte order mark");
  CHECK(complaint("{\"a\": \"\xff\"}") == "f.json:1:8: expected valid UTF-8, found byte 0xff");
  CHECK(complaint("{\"a\": \"\xed\xa0\x80\"}").find("valid UTF-8") != std::string::npos);
  CHECK(complaint("{\n  \"a\": 1\n  \"b\": 2}") == "f.json:3:3: expected `,` or `}`, found `\"`");
  CHECK(complaint("{\"a\": {\"b\": tru}}") == "f.json:1:13: /a/b: expected a value, found `t`");
  CHECK(complaint("{\"a\": [1, 2,]}") == "f.json:1:13: /a: expected a value after `,`, found `]`");
  CHECK(complaint("{\"a\": 1, \"b\": {}, \"a\": 2}") == "f.json:1:19: /a: the key `a` is given twice");
  CHECK(complaint("{\"a/b~\": {\"c\": 1, \"c\": 1}}").find("/a~1b~0/c") != std::string::npos);
  CHECK(complaint("{} x").find("nothing after the document") != std::string::npos);
  CHECK(complaint("{'a': 1}").find("a key in double quotes") != std::string::npos);
  CHECK(complaint("// no\n{}").find("expected a value") != std::string::npos);
  for (const char* text :
       {"01", "1.", "1e", "-", "+1", ".5", "1e999", "NaN", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
        "\"\\udc00\"", "\"a\nb\"", "\"abc", "[1 2]", "{\"a\"}", "{,}"})
    CHECK(complaint(text) != "accepted");
}

TEST_CASE("bounds of size and depth") {
  CHECK(parse(nested(32)));
  CHECK(complaint(nested(33)).find("at most 32 levels") != std::string::npos);
  CHECK(complaint(nested(1000)).find("at most 32 levels") != std::string::npos);
  CHECK(complaint(std::string(100'000, '[')).find("at most 32 levels") != std::string::npos);
  CHECK_FALSE(parse("\"" + std::string(300 * 1024, 'x') + "\"", false, max_manifest_bytes));
}

TEST_CASE("comments, where they are allowed") {
  const auto parsed =
      parse("// top\n{ /* in */ \"a\" : /* x */ 1, // end\n \"b\": \"// no\" }\n// last", true);
  REQUIRE(parsed);
  CHECK(parsed->value() == Json{{"a", 1}, {"b", "// no"}});
  CHECK(complaint("{ /* never closed", true).find("`*/`") != std::string::npos);
}

TEST_CASE("the place of a value is found again") {
  const auto parsed = parse("{\n  \"ä\": 1, \"b\": [10,\n   {\"c~/\": 5}]\n}");
  REQUIRE(parsed);
  const auto at = [&](const char* pointer) {
    const Position p = parsed->position(pointer);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  CHECK(at("") == "1:1");
  CHECK(at("/ä") == "2:8");
  CHECK(at("/b/0") == "2:17");
  CHECK(at("/b/1/c~0~1") == "3:12");
  CHECK(parsed->key_position("/b/1/c~0~1").column == 5);
  CHECK(at("/b/7") == "2:16");
  CHECK(at("/nowhere/at/all") == "1:1");
}

TEST_CASE("any truncation of a text is refused without harm") {
  const std::string whole = R"({"a": [1, 2.5, "x\u00e9\"", {"b": null}], "c": {"d": true}})";
  REQUIRE(parse(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(parse(whole.substr(0, length)));
}

TEST_CASE("pictures of values are short and printable") {
  CHECK(picture(Json{{"a", 1}}) == "an object");
  CHECK(picture(Json::array()) == "a list");
  CHECK(picture("x") == "\"x\"");
  CHECK(picture(std::string(500, 'x')).size() < 70);
  CHECK(pointer_to("/a", "b/c~") == "/a/b~1c~0");
}

TEST_CASE("a file that is missing or too large says so") {
  CHECK(read_text("/nowhere/at/all.json", 10).error().text() ==
        "/nowhere/at/all.json: No such file or directory");
  CHECK(read_text("/proc", 10).error().text() == "/proc: not a regular file");
}
