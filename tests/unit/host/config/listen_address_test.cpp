#include "config/listen_address.hpp"

#include <catch2/catch.hpp>

#include "print_result.hpp"

using namespace sluice::config;

namespace {

std::string canonical(const char* text) {
  const auto parsed = parse_listen_address(text);
  return parsed ? parsed->text() : "refused";
}

bool collide(const char* a, const char* b) {
  const bool one = sluice::config::collide(*parse_listen_address(a), *parse_listen_address(b));
  CHECK(one == sluice::config::collide(*parse_listen_address(b), *parse_listen_address(a)));
  return one;
}

}  // namespace

TEST_CASE("addresses that are taken") {
  CHECK(canonical(":1935") == ":1935");
  CHECK(canonical(":0") == ":0");
  CHECK(canonical(":65535") == ":65535");
  CHECK(canonical("0.0.0.0:1935") == "0.0.0.0:1935");
  CHECK(canonical("[::]:1935") == "[::]:1935");
  CHECK(canonical("[0:0::1]:80") == "[::1]:80");
  CHECK(canonical("[::ffff:10.0.0.1]:80") == "10.0.0.1:80");
  CHECK(canonical("[fe80::1%eth0]:80") == "[fe80::1%eth0]:80");
  CHECK(canonical("LocalHost:80") == "localhost:80");
  CHECK(canonical("media-1.example.org:443") == "media-1.example.org:443");
}

TEST_CASE("addresses that are not") {
  for (const char* text :
       {"",      ":",         "1935",  "1.2.3.4",     ":65536",       ":-1",          ":+1",
        ": 80",  "::1:80",    "[::1]", "[::1:80",     "[1.2.3.4]:80", "300.1.1.1:80", "a b:80",
        "-x:80", "[::1%]:80", ":80x",  "http://x:80", "[]:80",        "256.0.0.1:1"})
    CHECK(canonical(text) == "refused");
}

TEST_CASE("Unix sockets") {
  CHECK(canonical("unix:/run/cam.sock") == "unix:/run/cam.sock");
  CHECK(canonical("unix:/run//x/../cam.sock") == "unix:/run/cam.sock");
  CHECK(canonical("unix:/run/cam.sock?mode=660") == "unix:/run/cam.sock");
  CHECK(canonical("unix:/run/cam.sock?mode=0606") == "unix:/run/cam.sock?mode=606");
  CHECK(canonical("unix:80") == "unix:80");  // a host of this name
  const std::string longest = "unix:/" + std::string(unix_path_limit - 1, 'x');
  CHECK(canonical(longest.c_str()) == longest);
  const auto over = parse_listen_address(longest + "x");
  REQUIRE_FALSE(over);
  CHECK(over.error().find("has 108 bytes, the system takes 107") != std::string::npos);
  for (const char* text :
       {"unix:", "unix:/", "unix:run/x", "unix:/run/", "unix:/run/x\ny", "unix:/x?mode=", "unix:/x?mode=8",
        "unix:/x?mode=1777", "unix:/x?mode=00660", "unix:/x?660", "unix:/x?mode=-1", "unix:/x?mode=660&x"})
    CHECK(canonical(text) == "refused");
  CHECK(collide("unix:/a", "unix:/./a?mode=666"));
  CHECK_FALSE(collide("unix:/a", "unix:/b"));
  CHECK_FALSE(collide("unix:/a", ":0"));
}

TEST_CASE("a listener is one address or a list") {
  CHECK(parse_listen(":1", {})->size() == 1);
  CHECK(parse_listen({":1", "[::1]:2", ":1"}, {})->size() == 2);
  CHECK(parse_listen(Json::array(), {})->empty());
  CHECK(parse_listen(nullptr, {})->empty());
  const auto wrong = parse_listen({":1", "1935", 5}, {nullptr, "/modules/x/config/listen"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().size() == 2);
  CHECK(wrong.error()[0].text().find("/modules/x/config/listen/1: expected \"ADDRESS:PORT\"") == 0);
}

TEST_CASE("which addresses cannot be bound at once") {
  CHECK(collide(":80", ":80"));
  CHECK(collide(":80", "127.0.0.1:80"));
  CHECK(collide(":80", "[::1]:80"));
  CHECK(collide("0.0.0.0:80", "10.0.0.1:80"));
  CHECK(collide("[::]:80", "[::1]:80"));
  CHECK(collide("localhost:80", "127.0.0.1:80"));
  CHECK(collide("localhost:80", "0.0.0.0:80"));
  CHECK_FALSE(collide(":80", ":81"));
  CHECK_FALSE(collide(":0", ":0"));
  CHECK_FALSE(collide("10.0.0.1:80", "10.0.0.2:80"));
  CHECK_FALSE(collide("0.0.0.0:80", "[::]:80"));
  CHECK_FALSE(collide("a.example:80", "b.example:80"));
}
