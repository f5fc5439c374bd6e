#include "route.hpp"

#include <catch2/catch.hpp>
#include <sluice/error.hpp>

using namespace sluice;
using namespace sluice::http;

TEST_CASE("records of each kind of answer") {
  const Route call =
      read_route("GET * /a", R"({"answer":"call","shared":true,"body_bytes":7,"timeout_ms":5})");
  CHECK(std::get<CallRoute>(call.answer).shared);
  CHECK(call.body_limit() == 7);
  CHECK(std::get<CallRoute>(call.answer).timeout_ns == 5'000'000);
  const Route stream = read_route(
      "GET * /{key...}.flv",
      R"({"answer":"stream","format":"flv","parameters":{"a":1},"mime":"video/x-flv","websocket":true,"headers":{"X":"y"}})");
  CHECK(std::get<StreamRoute>(stream.answer).parameters == R"({"a":1})");
  CHECK(std::get<StreamRoute>(stream.answer).websocket);
  CHECK(stream.fields == Fields{{"X", "y"}});
  CHECK(stream.body_limit() == 0);
  const Route files = read_route("GET * /{path*}", R"({"answer":"files","root":"/srv/www","cache_s":60})");
  CHECK(std::get<FilesRoute>(files.answer).index == "index.html");
  CHECK(std::get<FilesRoute>(files.answer).cache_s == 60);
}

TEST_CASE("records that cannot be used name what is wrong") {
  struct Case {
    const char *name, *details, *says;
  };
  for (const Case& c : {
           Case{"/a", "{}", "METHODS HOST PATTERN"},
           Case{"GET * /a", "{", "JSON"},
           Case{"GET * /a", "[]", "object"},
           Case{"GET * /a", "{}", "details/answer"},
           Case{"GET * /a", R"({"answer":"call","shard":true})", "details/shard"},
           Case{"GET * /a", R"({"answer":"call","shared":1})", "details/shared"},
           Case{"GET * /a", R"({"answer":"call","body_bytes":196609})", "details/body_bytes"},
           Case{"GET * /a", R"({"answer":"call","body_bytes":-1})", "details/body_bytes"},
           Case{"GET * /a", R"({"answer":"call","headers":{"Content-Length":"1"}})",
                "details/headers/Content-Length"},
           Case{"GET * /a", R"({"answer":"call","headers":{"A":"b\r\nC: d"}})", "details/headers/A"},
           Case{"GET * /a", R"({"answer":"stream","format":"flv"})", "{key...}"},
           Case{"GET * /{name...}", R"({"answer":"stream","format":"flv"})", "{key...}"},
           Case{"GET * /{key...}", R"({"answer":"stream"})", "details/format"},
           Case{"GET * /{key...}", R"({"answer":"stream","format":"flv","parameters":3})",
                "details/parameters"},
           Case{"GET * /{path*}", R"({"answer":"files","root":"www"})", "details/root"},
           Case{"GET * /{path*}", R"({"answer":"files","root":"/w","index":"../x"})", "details/index"},
       }) {
    CAPTURE(c.name, c.details);
    CHECK_THROWS_WITH(read_route(c.name, c.details), Catch::Contains(c.says));
  }
}
