#include "wire/stream_name.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sluice::rtmp;
using namespace std::string_literals;

TEST_CASE("stream names are split from their query") {
  struct Case {
    std::string app, tc_url, name, want_app, want_name, want_query;
  };
  for (const Case& c : {
           Case{"live", "rtmp://h/live", "cam", "live", "cam", ""},
           Case{"live", "rtmp://h/live", "cam?token=abc", "live", "cam", "token=abc;"},
           Case{"live?token=x", "rtmp://h/live?token=x", "cam", "live", "cam", "token=x;"},
           Case{"live?a=1&b=2", "", "cam?c=3", "live", "cam", "c=3;a=1;b=2;"},
           Case{"live", "rtmp://h:1935/live?token=x", "cam", "live", "cam", "token=x;"},
           Case{"/live/", "", "/cam/", "live", "cam", ""},
           Case{"live/room", "", "a/b", "live/room", "a/b", ""},
           Case{"", "rtmp://[::1]:1935/live/room", "cam", "live/room", "cam", ""},
           Case{"live", "", "c%61m?t=a%26b%3d+c&flag&&=v", "live", "cam", "t=a&b=+c;flag=;=v;"},
           Case{"live", "", "cam?jwt=eyJ.x-_==", "live", "cam", "jwt=eyJ.x-_==;"},
           Case{"live", "", "k\xc3\xa4se", "live", "k\xc3\xa4se", ""},
           Case{"live", "", "a..b", "live", "a..b", ""},
       }) {
    CAPTURE(c.app, c.tc_url, c.name);
    const auto split = split_stream_name(c.app, c.tc_url, c.name);
    REQUIRE(split.has_value());
    CHECK(split->app == c.want_app);
    CHECK(split->name == c.want_name);
    std::string query;
    for (const auto& parameter : split->query) query += parameter.name + "=" + parameter.value + ";";
    CHECK(query == c.want_query);
  }
}

TEST_CASE("the name's parameters come before the app's") {
  const auto split = split_stream_name("live?token=app", "", "cam?token=name").value();
  CHECK(*split.find("token") == "name");
  CHECK(split.find("none") == nullptr);
}

TEST_CASE("names that can be none are refused (R17)") {
  const std::string long_text(64 << 10, 'a');
  std::string many = "cam?";
  for (int i = 0; i < 65; ++i) many += "a=1&";
  struct Case {
    const char* what;
    std::string app, tc_url, name;
  };
  for (const Case& c : {
           Case{"app of 64 KiB", long_text, "", "cam"},
           Case{"tcUrl of 64 KiB", "live", "rtmp://h/" + long_text, "cam"},
           Case{"name of 64 KiB", "live", "", long_text},
           Case{"no name", "live", "", ""},
           Case{"only a query", "live", "", "?token=x"},
           Case{"only slashes", "live", "", "///"},
           Case{"no app", "", "", "cam"},
           Case{"no app in the url either", "", "rtmp://host", "cam"},
           Case{"NUL in the name", "live", "", "ca\0m"s},
           Case{"NUL in the app", "li\0ve"s, "", "cam"},
           Case{"NUL in tcUrl", "live", "rtmp://h/l\0"s, "cam"},
           Case{"CR LF", "live", "", "cam\r\nX: y"},
           Case{"DEL", "live", "", "cam\x7f"},
           Case{"escaped NUL", "live", "", "cam%00"},
           Case{"escaped CR LF in a parameter", "live", "", "cam?a=%0d%0a"},
           Case{"dots", "live", "", "../etc/passwd"},
           Case{"dots within", "live", "", "a/../b"},
           Case{"dots at the end", "live", "", "a/.."},
           Case{"escaped dots", "live", "", "%2e%2E/b"},
           Case{"dots in the app", "live/..", "", "cam"},
           Case{"one dot", "live", "", "."},
           Case{"escaped slash", "live", "", "a%2fb"},
           Case{"broken escape", "live", "", "cam%4"},
           Case{"no hex", "live", "", "cam%zz"},
           Case{"lone continuation", "live", "", "cam\x80"},
           Case{"overlong", "live", "", "\xc0\xaf"},
           Case{"surrogate", "live", "", "\xed\xa0\x80"},
           Case{"above Unicode", "live", "", "\xf4\x90\x80\x80"},
           Case{"cut", "live", "", "cam\xe2\x82"},
           Case{"invalid after decoding", "live", "", "cam%ff"},
           Case{"65 parameters", "live", "", many},
       }) {
    CAPTURE(c.what);
    const auto split = split_stream_name(c.app, c.tc_url, c.name);
    REQUIRE(split.has_error());
    CHECK(split.error() == Errc::bad_stream_name);
    CHECK(verdict_of(split.error()) == Verdict::reject);
  }
}

TEST_CASE("the app alone can be split at connect") {
  CHECK(split_app("live?x=1", "rtmp://h/live").value().app == "live");
  CHECK(split_app("", "rtmp://h/live").value().app == "live");
  CHECK(split_app("..", "").has_error());
}
