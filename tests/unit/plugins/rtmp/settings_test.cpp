#include "settings.hpp"

#include <catch2/catch.hpp>
#include <sluice/error.hpp>

using namespace sluice::rtmp;
using namespace std::chrono_literals;

TEST_CASE("settings are read, and what is absent has its default") {
  const auto settings = parse_settings(
      R"({"config": {"handshake_timeout_s": 120, "chunk_size_floor": 1, "message_limit_bytes": 65536},
          "apps": {"live": {"merge_window_ms": 500}}})");
  CHECK(settings.handshake_timeout == 120s);
  CHECK(settings.chunk_size_floor == 1);
  CHECK(settings.message_limit == 65536);
  CHECK(settings.app("live").merge_window == 500ms);
  CHECK(settings.app("other").merge_window == 0ms);
  CHECK(parse_settings(R"({"config": {}})").handshake_timeout == 10s);
}

TEST_CASE("RTMPS is there when both files are named") {
  CHECK_FALSE(parse_settings(R"({"config": {"certificate": "", "certificate_key": ""}})").tls);
  CHECK(parse_settings(R"({"config": {"certificate": "/c", "certificate_key": "/k", "tls_minimum": "1.3"}})")
            .tls == sluice::tls::Settings{"/c", "/k", {}, false});
  CHECK_THROWS_WITH(parse_settings(R"({"config": {"certificate": "/c"}})"),
                    Catch::Contains("certificate_key is missing"));
}

TEST_CASE("a number that is none of the schema's is refused by its place") {
  for (const char* number : {"1e308", "-0.0", "0.5", "0", "-1", "65537", "18446744073709551615", "null",
                             "true", R"("12")", "[]", R"({"a": 1})"}) {
    CAPTURE(number);
    const auto text = R"({"config": {"chunk_size_floor": )" + std::string(number) + "}}";
    CHECK_THROWS_WITH(parse_settings(text),
                      Catch::StartsWith("/config/chunk_size_floor: expected an integer from 1 to 65536"));
  }
  CHECK_THROWS_WITH(parse_settings(R"({"config": {}, "apps": {"live": {"merge_window_ms": 501}}})"),
                    Catch::StartsWith("/apps/live/merge_window_ms: "));
  CHECK_THROWS_AS(parse_settings("{"), sluice::Error);
  CHECK_THROWS_AS(parse_settings(R"({"config": [1]})"), sluice::Error);
}
