#include "pages/visibility.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::pages;

namespace {

Asker here() { return {"127.0.0.1:50123", "localhost:8080", "", "same-origin", false}; }
Asker elsewhere() { return {"192.0.2.7:50123", "example.org", "", "same-origin", false}; }

bool sees(const Asker& asker, ListPolicy policy = ListPolicy::loopback, bool closed = true) {
  return why_hidden(policy, closed, asker).empty();
}

}  // namespace

TEST_CASE("The list is open while playing is, and only this machine's once somebody decides who may play") {
  CHECK(sees(elsewhere(), ListPolicy::automatic, false));
  CHECK_FALSE(sees(elsewhere(), ListPolicy::automatic, true));
  CHECK(sees(here(), ListPolicy::automatic, true));
}

TEST_CASE("The operator's word goes before that") {
  CHECK(sees(elsewhere(), ListPolicy::everyone, true));
  CHECK_FALSE(sees(elsewhere(), ListPolicy::loopback, false));
  CHECK_FALSE(sees(here(), ListPolicy::nobody, false));
  CHECK(why_hidden(ListPolicy::nobody, false, here()).find("pages, list") != std::string::npos);
}

TEST_CASE("Every address of this machine is this machine") {
  for (const char* peer : {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix"}) {
    Asker asker = here();
    asker.peer = peer;
    INFO(peer);
    CHECK(sees(asker));
  }
  for (const char* peer : {"", "10.0.0.1:1", "[2001:db8::1]:1", "[::ffff:10.0.0.1]:1", "127.evil.example:1",
                           "1127.0.0.1:1", "unix:/run/x"}) {
    Asker asker = here();
    asker.peer = peer;
    INFO(peer);
    CHECK_FALSE(sees(asker));
  }
}

TEST_CASE("A proxy on this machine does not lend its address") {
  Asker asker = here();
  asker.passed_on = true;
  CHECK_FALSE(sees(asker));
}

TEST_CASE("A name that was made to resolve to this machine does not help") {
  Asker asker = here();
  for (const char* host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "", "127.0.0.1.evil.example"}) {
    asker.host = host;
    INFO(host);
    CHECK_FALSE(sees(asker));
  }
  for (const char* host : {"localhost", "127.0.0.1:8080", "[::1]", "[::1]:8080"}) {
    asker.host = host;
    INFO(host);
    CHECK(sees(asker));
  }
}

TEST_CASE("A page of elsewhere does not learn through a browser here") {
  Asker asker = here();
  asker.fetch_site = "cross-site";
  CHECK_FALSE(sees(asker));
  asker.fetch_site = "same-site";
  CHECK_FALSE(sees(asker));
  asker.fetch_site = "";
  asker.origin = "https://evil.example";
  CHECK_FALSE(sees(asker));
  asker.origin = "null";
  CHECK_FALSE(sees(asker));
  asker.origin = "http://localhost:8080";
  CHECK(sees(asker));
}

TEST_CASE("A server is closed when a module provides sluice.auth/1, or when that cannot be told") {
  CHECK_FALSE(is_closed(R"({"providers": [{"iface": "sluice.registry/1"}]})"));
  CHECK(is_closed(
      R"({"providers": [{"iface": "sluice.registry/1"}, {"iface": "sluice.auth/1", "state": "stopping"}]})"));
  CHECK(is_closed("{}"));
  CHECK(is_closed(""));
  CHECK(is_closed(R"({"providers": {}})"));
  CHECK(is_closed(R"({"providers": [1]})"));
}
