#include "wire/router.hpp"

#include <catch2/catch.hpp>

#include "wire/target.hpp"

using namespace sluice::http;

namespace {

Router::RouteId add(Router& router, Router::RouteId id, const char* name) {
  auto read = RouteName::parse(name);
  REQUIRE(read.has_value());
  return router.add(id, std::move(*read));
}

Router::Found ask(const Router& router, const char* method, const char* path, const char* host = "h") {
  return router.find(method_of(method), host, read_target(path)->segments);
}

}  // namespace

TEST_CASE("the most specific route answers, in whatever order they came") {
  Router router;
  add(router, 1, "GET * /{key...}");
  add(router, 2, "GET * /{key...}/index.m3u8");
  add(router, 3, "GET * /{key...}.flv");
  add(router, 4, "GET media.example /{key...}");
  CHECK(ask(router, "GET", "/live/cam/index.m3u8").route == 2);
  CHECK(ask(router, "GET", "/live/cam.flv").route == 3);
  CHECK(ask(router, "GET", "/live/cam").route == 1);
  CHECK(ask(router, "HEAD", "/live/cam").route == 1);
  CHECK(ask(router, "GET", "/live/cam", "media.example").route == 4);
  CHECK(ask(router, "GET", "/live/cam.flv", "media.example").route == 4);  // a named host goes first
  CHECK(ask(router, "GET", "/live/cam").params == Params{{"key", "live/cam"}});
  router.remove(2);
  CHECK(ask(router, "GET", "/live/cam/index.m3u8").params == Params{{"key", "live/cam/index.m3u8"}});
}

TEST_CASE("a path whose pattern has no such method is told what it has") {
  Router router;
  add(router, 1, "GET * /{key...}");
  add(router, 2, "POST|DELETE * /{key...}/whip");
  add(router, 3, "PATCH * /{name...}/whip");
  const auto found = ask(router, "GET", "/live/cam/whip");
  CHECK(found.route == 0);
  CHECK(list_of(found.allowed) == "POST, PATCH, DELETE");
  CHECK(ask(router, "PATCH", "/live/cam/whip").params == Params{{"name", "live/cam"}});
  CHECK(ask(router, "GET", "/x").allowed == 0);
}

TEST_CASE("of equal routes the first one answers, and the other when it goes") {
  Router router;
  CHECK(add(router, 7, "GET * /a/{x}") == 0);
  CHECK(add(router, 8, "GET|PUT * /a/{y}") == 7);
  CHECK(add(router, 9, "DELETE * /a/{y}") == 0);
  CHECK(ask(router, "GET", "/a/b").route == 7);
  CHECK(ask(router, "PUT", "/a/b").route == 8);
  router.remove(7);
  CHECK(ask(router, "GET", "/a/b").params == Params{{"y", "b"}});
  router.replace(8, 18);
  CHECK(ask(router, "GET", "/a/b").route == 18);
}

TEST_CASE("names of routes that cannot be used are refused") {
  for (const char* name : {"", "GET", "GET *", "GET * ", "FETCH * /", "GET| * /", "get * /", "GET Host /",
                           "GET  * /", "GET * /{", "HEAD,GET * /"}) {
    CAPTURE(name);
    CHECK(RouteName::parse(name).has_error());
  }
  CHECK(RouteName::parse("* * /")->methods == method_all);
}
