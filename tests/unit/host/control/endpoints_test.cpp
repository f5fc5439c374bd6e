#include "control/endpoints.hpp"

#include <catch2/catch.hpp>

using namespace sluice::control;

namespace {

EndpointFacts facts(std::vector<std::string> addresses = {"0.0.0.0:1935"}) {
  EndpointFacts facts;
  facts.listeners = {{"plain", std::move(addresses)}, {"secure", {"[::1]:1936"}}};
  return facts;
}

}  // namespace

TEST_CASE("words of a URL template") {
  const auto plain = facts();
  REQUIRE(expand_endpoint("acme://{host}:{port}/{app}/{name}", plain) == "acme://127.0.0.1:1935/live/cam");
  REQUIRE(expand_endpoint("acme://{host}{:port/1935}/x", plain) == "acme://127.0.0.1/x");
  REQUIRE(expand_endpoint("acme://{host}{:port/80}/x", plain) == "acme://127.0.0.1:1935/x");
  REQUIRE(expand_endpoint("acme://{host}{:port:plain/80}", plain) == "acme://127.0.0.1:1935");
  REQUIRE(expand_endpoint("acmes://{host}:{port:secure}/", plain) == "acmes://[::1]:1936/");
  REQUIRE(expand_endpoint("no words", plain) == "no words");
}

TEST_CASE("the host is what reaches the listener") {
  REQUIRE(expand_endpoint("{host}", facts({"[::]:1935"})) == "127.0.0.1");
  REQUIRE(expand_endpoint("{host}", facts({":1935"})) == "127.0.0.1");
  REQUIRE(expand_endpoint("{host}", facts({"192.0.2.7:1", "127.0.0.1:2"})) == "192.0.2.7");
  REQUIRE(expand_endpoint("{host}:{port}", facts({"[2001:db8::1]:1935"})) == "[2001:db8::1]:1935");
  auto named = facts();
  named.node_address = "media.example.net";
  REQUIRE(expand_endpoint("{host}:{port}", named) == "media.example.net:1935");
}

TEST_CASE("no URL leads to a Unix socket") {
  REQUIRE(with_port({"unix:/run/a", "127.0.0.1:1", "unix:/run/b"}) ==
          std::vector<std::string>{"127.0.0.1:1"});
  REQUIRE(with_port({"unix:/run/a"}).empty());
}

TEST_CASE("a template that cannot be filled gives no URL") {
  for (const char* url :
       {"{hots}", "{host", "{port:none}", "{:port}", "{:prot/1}", "{portal}", "{}", "{:port:none/1}"}) {
    INFO(url);
    REQUIRE_FALSE(expand_endpoint(url, facts()).has_value());
  }
  REQUIRE_FALSE(expand_endpoint("acme://{host}:{port}/", EndpointFacts{}).has_value());
}

TEST_CASE("the table is aligned, publishing first") {
  REQUIRE(endpoint_table({{"acme", "play", "a://1"}, {"x", "publish", "b://2"}, {"acme", "page", "c://3"}}) ==
          "  publish  x     b://2\n"
          "  play     acme  a://1\n"
          "  page     acme  c://3\n");
}
