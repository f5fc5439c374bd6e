#include "wire/date.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("dates there and back") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  for (const std::int64_t second :
       {0LL, 784111777LL, 951782400LL, 1709164799LL, 1764038741LL, 4102444800LL}) {
    CAPTURE(second);
    CHECK(read_http_date(http_date(second)) == second);
  }
}

TEST_CASE("what is no IMF-fixdate is no date") {
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1960 08:49:37 GMT",
        "Sun, 0x Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK(read_http_date(text) == std::nullopt);
  }
}
