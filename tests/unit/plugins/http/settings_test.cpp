#include "settings.hpp"

#include <catch2/catch.hpp>
#include <sluice/error.hpp>

using namespace sluice;
using namespace sluice::http;

TEST_CASE("settings into types") {
  const Settings plain = parse_settings(R"({"config":{}})");
  CHECK_FALSE(plain.tls.has_value());
  CHECK(plain.origins.allow_all());
  CHECK(plain.access_log == SLUICE_LOG_DEBUG);
  const Settings all = parse_settings(
      R"({"config":{"certificate":"/c","certificate_key":"/k","tls_minimum":"1.3","origins":["https://a"],
          "trusted_proxies":["10.0.0.0/8","unix"],"idle_timeout_s":5,"access_log":"off","header_bytes":2048}})");
  CHECK(all.tls == tls::Settings{"/c", "/k", {"http/1.1"}, false});
  CHECK_FALSE(all.origins.allow_all());
  CHECK(all.trusted_proxies.networks.size() == 1);
  CHECK(all.trusted_proxies.unix_sockets);
  CHECK(all.idle_timeout == 5'000'000'000);
  CHECK(all.access_log == Settings::log_off);
  CHECK(all.request.header_bytes == 2048);
}

TEST_CASE("settings that cannot be used") {
  CHECK_THROWS_WITH(parse_settings(R"({"config":{"certificate":"/c"}})"), Catch::Contains("certificate_key"));
  CHECK_THROWS_WITH(parse_settings(R"({"config":{"trusted_proxies":["10.0.0.1/8"]}})"),
                    Catch::Contains("trusted_proxies"));
  CHECK_THROWS_AS(parse_settings("{"), Error);
}
