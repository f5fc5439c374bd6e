#include "arrival.hpp"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace sluice::http;

namespace {

RequestHead head(const char* method, const char* target,
                 std::vector<std::pair<std::string, std::string>> fields) {
  RequestHead out;
  out.method = method;
  out.target = target;
  out.fields = std::move(fields);
  return out;
}

const TrustedProxies proxies{{wire::Network::parse("10.0.0.0/8").value()}};

}  // namespace

TEST_CASE("who asked whom for what") {
  const auto request = arrive(head("GET", "/live/cam?token=t",
                                   {{"host", "Media.Example:8080"},
                                    {"x-forwarded-for", "198.51.100.1"},
                                    {"x-forwarded-proto", "https"}}),
                              {"10.0.0.1:5", false, proxies});
  REQUIRE(request.has_value());
  CHECK(request->host == "media.example");
  CHECK(request->peer == "198.51.100.1");
  CHECK(request->secure);
  CHECK(request->target.path == "/live/cam");
  CHECK(request->head.target == "/live/cam?token=t");

  const auto stranger =
      arrive(head("HEAD", "http://other/x",
                  {{"host", "h"}, {"x-forwarded-for", "198.51.100.1"}, {"x-forwarded-proto", "https"}}),
             {"192.0.2.1:5", false, proxies});
  REQUIRE(stranger.has_value());
  CHECK(stranger->host == "other");
  CHECK(stranger->peer == "192.0.2.1:5");
  CHECK_FALSE(stranger->secure);
  CHECK_FALSE(stranger->wants_body());
  CHECK(arrive(head("GET", "/", {{"host", "[::1]:80"}}), {"", false, {}})->host == "[::1]");
}

TEST_CASE("requests nobody could answer are refused before any route is looked at") {
  const auto status = [](const char* method, const char* target, const char* host) {
    const auto request = arrive(head(method, target, {{"host", host}}), {"192.0.2.1:5", false, proxies});
    return request ? 0u : request.error().status;
  };
  CHECK(status("BREW", "/", "h") == 501);
  CHECK(status("CONNECT", "h:80", "h") == 501);
  CHECK(status("GET", "*", "h") == 400);
  CHECK(status("OPTIONS", "*", "h") == 0);
  CHECK(status("GET", "/..", "h") == 400);
  CHECK(status("GET", "/", "h h") == 400);
  CHECK(status("GET", "/", "h:x") == 400);
  CHECK(status("GET", "/", "h:123456") == 400);
  CHECK(status("GET", "/", "<script>") == 400);
}
