#include "wire/forwarded.hpp"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace sluice::http;

namespace {

TrustedProxies proxies() {
  return {{wire::Network::parse("10.0.0.0/8").value(), wire::Network::parse("2001:db8::/32").value()}};
}
std::string client(const char* peer, const std::string& field) {
  return forwarded_for(peer, field, proxies()).value_or("the peer");
}

}  // namespace

TEST_CASE("only a trusted proxy is believed, and no further than the trusted ones reach (row H9)") {
  CHECK(client("192.0.2.7:1", "198.51.100.1") == "the peer");
  CHECK(client("10.0.0.1:1", "198.51.100.1") == "198.51.100.1");
  CHECK(client("[2001:db8::1]:1", "198.51.100.1:77") == "198.51.100.1:77");
  CHECK(client("10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.2") == "198.51.100.1");
  CHECK(client("10.0.0.1:1", "10.0.0.3, 10.0.0.2") == "10.0.0.3");
  CHECK(client("10.0.0.1:1", "") == "the peer");
  CHECK(client("10.0.0.1:1", "unknown") == "the peer");
  CHECK(client("10.0.0.1:1", "1.2.3.4, unknown, 10.0.0.2") == "10.0.0.2");
  CHECK(client("10.0.0.1:1", ",,,") == "the peer");
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "10.1.1.1, ";
  CHECK(client("10.0.0.1:1", many + "10.1.1.2") == "10.1.1.1");
  CHECK(forwarded_for("10.0.0.1:1", "1.2.3.4", {}) == std::nullopt);
  CHECK(client("unix", "1.2.3.4") == "the peer");
  CHECK(forwarded_for("unix", "1.2.3.4", {{}, true}) == "1.2.3.4");
  CHECK(forwarded_for("unix:/tmp/x", "1.2.3.4", {{}, true}) == std::nullopt);
  CHECK_FALSE(is_trusted("192.0.2.7:1", {{}, true}));
  CHECK(forwarded_for("nonsense", "1.2.3.4", proxies()) == std::nullopt);
}
