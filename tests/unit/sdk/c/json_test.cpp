#include <sluice/c/json.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace {

sluice_str str(const std::string& text) { return {text.data(), text.size()}; }

std::string at(const std::string& json, const char* pointer) {
  const sluice_str found = sluice_json_at(str(json), pointer);
  return found.data ? std::string(found.data, found.size) : "(none)";
}

struct Text {
  sluice_status status;
  std::string value;
};

Text text(const std::string& json, const char* pointer, std::size_t room = 64) {
  std::vector<char> out(room, '#');
  const sluice_status status = sluice_json_text(str(json), pointer, out.data(), room);
  return {status, room > 0 ? std::string(out.data()) : std::string()};
}

const std::string config =
    R"({"config": {"stream":"acme/test", "rate" : 25,"low":-7, "on":true,"off": false , "none": null,)"
    R"( "odd": "a\"b,]}", "users":[{"name":"a"},{"name":"b","tags":["x","y"]}], "empty": {}, "list":[]}, "apps":{}})";

}  // namespace

TEST_CASE("a pointer leads to the raw value") {
  const std::pair<const char*, const char*> cases[] = {{"/config/stream", R"("acme/test")"},
                                                       {"/config/rate", "25"},
                                                       {"/config/off", "false"},
                                                       {"/config/odd", R"("a\"b,]}")"},
                                                       {"/config/users/0", R"({"name":"a"})"},
                                                       {"/config/users/1/name", R"("b")"},
                                                       {"/config/users/1/tags/1", R"("y")"},
                                                       {"/config/empty", "{}"},
                                                       {"/apps", "{}"},
                                                       {"", config.c_str()}};
  for (const auto& [pointer, value] : cases) {
    CAPTURE(pointer);
    CHECK(at(config, pointer) == value);
  }
  for (const char* pointer : {"/", "/confi", "/config/", "/config/users/2", "/config/users/x",
                              "/config/users/", "/config/users/0/name/x", "/config/rate/0", "/config/empty/x",
                              "/config/list/0", "/config/users/99999999999999999999"}) {
    CAPTURE(pointer);
    CHECK(at(config, pointer) == "(none)");
  }
}

TEST_CASE("members are counted") {
  CHECK(sluice_json_count(str(config), "/config/users") == 2);
  CHECK(sluice_json_count(str(config), "/config/list") == 0);
  CHECK(sluice_json_count(str(config), "/config/empty") == 0);
  CHECK(sluice_json_count(str(config), "/config") == 10);
  CHECK(sluice_json_count(str(config), "/config/rate") == 0);
  CHECK(sluice_json_count(str(config), "/nothing") == 0);
}

TEST_CASE("whole numbers, to the ends of their range and not beyond") {
  const auto number = [](const std::string& json) {
    std::int64_t out = 1;
    const sluice_status status = sluice_json_integer(str(json), "/n", &out);
    return std::pair(status, out);
  };
  using Answer = std::pair<sluice_status, std::int64_t>;
  CHECK(number(R"({"n":0})") == Answer(SLUICE_STATUS_OK, 0));
  CHECK(number(R"({"n": 9223372036854775807 })") == Answer(SLUICE_STATUS_OK, INT64_MAX));
  CHECK(number(R"({"n":-9223372036854775807})") == Answer(SLUICE_STATUS_OK, -INT64_MAX));
  CHECK(number(R"({"m":0})") == Answer(SLUICE_STATUS_NOT_FOUND, 0));
  for (const char* wrong : {R"({"n":9223372036854775808})", R"({"n":1.5})", R"({"n":1e3})", R"({"n":"1"})",
                            R"({"n":true})", R"({"n":-})", R"({"n":[1]})"}) {
    CAPTURE(wrong);
    CHECK(number(wrong) == Answer(SLUICE_STATUS_ARGUMENT, 0));
  }
}

TEST_CASE("flags") {
  std::int32_t out = 7;
  CHECK(sluice_json_flag(str(config), "/config/on", &out) == SLUICE_STATUS_OK);
  CHECK(out == 1);
  CHECK(sluice_json_flag(str(config), "/config/off", &out) == SLUICE_STATUS_OK);
  CHECK(out == 0);
  CHECK(sluice_json_flag(str(config), "/config/none", &out) == SLUICE_STATUS_ARGUMENT);
  CHECK(sluice_json_flag(str(config), "/config/missing", &out) == SLUICE_STATUS_NOT_FOUND);
}

TEST_CASE("text with its escapes") {
  CHECK(text(config, "/config/odd").value == "a\"b,]}");
  const std::string json = R"({"t":"\"\\\/\b\f\n\r\t\u0041\u00e4\u20ac\ud83d\ude00"})";
  CHECK(text(json, "/t").status == SLUICE_STATUS_OK);
  CHECK(text(json, "/t").value == "\"\\/\b\f\n\r\tA\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  for (const char* wrong :
       {R"({"t":"\x"})", R"({"t":"\u12"})", R"({"t":"\u12g4"})", R"({"t":"\ud83d"})", R"({"t":"\ud83dxx"})",
        R"({"t":"\ud83d\u0041"})", R"({"t":"\ude00"})", R"({"t":"\u0000"})", R"({"t":1})", R"({"t":null})"}) {
    CAPTURE(wrong);
    CHECK(text(wrong, "/t").status == SLUICE_STATUS_ARGUMENT);
  }
}

TEST_CASE("text that does not fit is refused, its NUL counted") {
  const std::string json = R"({"t":"abc\u20ac"})";
  CHECK(text(json, "/t", 7).value == "abc\xE2\x82\xAC");
  CHECK(text(json, "/t", 6).status == SLUICE_STATUS_LIMIT);
  CHECK(text(json, "/t", 6).value == "abc");
  CHECK(text(json, "/t", 0).status == SLUICE_STATUS_LIMIT);
  CHECK(text(R"({"t":""})", "/t", 1).status == SLUICE_STATUS_OK);
}

// Copies of exactly the size, so that a sanitizer sees a read beyond the end.
TEST_CASE("any truncation and any changed byte is read without harm") {
  const auto read_all = [](const char* data, std::size_t size) {
    const std::unique_ptr<char[]> copy(new char[size > 0 ? size : 1]);
    std::copy_n(data, size, copy.get());
    const sluice_str json{copy.get(), size};
    char room[16];
    std::int64_t number = 0;
    std::int32_t flag = 0;
    for (const char* pointer : {"", "/config/odd", "/config/users/1/tags/1", "/config/rate", "/apps"}) {
      sluice_json_text(json, pointer, room, sizeof room);
      sluice_json_integer(json, pointer, &number);
      sluice_json_flag(json, pointer, &flag);
      CHECK(sluice_json_count(json, pointer) <= 10);
    }
  };
  for (std::size_t size = 0; size <= config.size(); ++size) read_all(config.data(), size);
  for (std::size_t place = 0; place < config.size(); ++place)
    for (const char byte : {'"', '\\', '{', '}', ',', ' ', '\0'}) {
      std::string changed = config;
      changed[place] = byte;
      read_all(changed.data(), changed.size());
    }
}
