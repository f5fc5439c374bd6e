#include "net/address.hpp"

#include <catch2/catch.hpp>

using namespace sluice::net;
using sluice::config::parse_listen_address;

namespace {

Address one(const char* text) { return resolve(*parse_listen_address(text)).value().front(); }

}  // namespace

TEST_CASE("addresses as they are bound and written") {
  CHECK(text_of(one("127.0.0.1:1935")) == "127.0.0.1:1935");
  CHECK(text_of(one("[::1]:80")) == "[::1]:80");
  CHECK(text_of(one("[2001:db8::7]:0")) == "[2001:db8::7]:0");
  CHECK(text_of(one(":1935")) == "[::]:1935");
  CHECK(text_of(one("[::ffff:192.0.2.7]:5")) == "192.0.2.7:5");
  CHECK(is_loopback(one("localhost:1")));
}

TEST_CASE("loopback in every spelling") {
  for (const auto* text : {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"}) {
    CAPTURE(text);
    CHECK(is_loopback(one(text)));
    CHECK(is_loopback_text(text));
  }
  for (const auto* text : {"192.0.2.7:1", "[::2]:1", "[::ffff:192.0.2.7]:1", "128.0.0.1:1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_loopback(one(text)));
    CHECK_FALSE(is_loopback_text(text));
  }
  CHECK(is_loopback_text("::1"));
  CHECK(is_loopback_text("127.0.0.1"));
  for (const auto* text : {"", ":1", "[::1", "127.0.0.1.evil.example:1", "localhost:1"})
    CHECK_FALSE(is_loopback_text(text));
}

TEST_CASE("a household's /64 counts as one") {
  CHECK(limit_key(one("192.0.2.7:1")) == "192.0.2.7");
  CHECK(limit_key(one("[2001:db8:1:2:3::1]:1")) == limit_key(one("[2001:db8:1:2:ffff::9]:7")));
  CHECK(limit_key(one("[2001:db8:1:2::1]:1")) != limit_key(one("[2001:db8:1:3::1]:1")));
  CHECK(limit_key(one("[::ffff:192.0.2.7]:1")) == "192.0.2.7");
}
