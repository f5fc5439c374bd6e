#include "net/address.hpp"

#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>

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

TEST_CASE("whoever comes through a Unix socket is \"unix\", of this machine") {
  Address address;
  auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
  name.sun_family = AF_UNIX;
  std::strcpy(name.sun_path, "/tmp/x");
  address.size = sizeof name;
  CHECK(text_of(address) == "unix:/tmp/x");
  CHECK(peer_text(address) == "unix");
  CHECK(limit_key(address) == "unix");
  CHECK(is_loopback(address));
  CHECK(address.port() == 0);
  address.size = offsetof(sockaddr_un, sun_path);  // as accept tells of one without a name
  CHECK(text_of(address) == "unix:");
  std::memset(name.sun_path, 'a', sizeof name.sun_path);
  address.size = sizeof name;
  CHECK(text_of(address) == "unix:" + std::string(sizeof name.sun_path, 'a'));
  CHECK(is_loopback_text("unix"));
  for (const auto* text : {"unix:/tmp/x", "unix:", "unixx"}) CHECK_FALSE(is_loopback_text(text));
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
