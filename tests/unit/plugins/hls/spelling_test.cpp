#include "spelling.hpp"

#include <catch2/catch.hpp>

using namespace sluice::hls;

TEST_CASE("times are spelt in seconds, rounded") {
  CHECK(spell_seconds(2'002'000'000) == "2.00200");
  CHECK(spell_seconds(199'999'999) == "0.20000");
  CHECK(spell_seconds(41'666'667) == "0.04167");
  CHECK(spell_seconds(0) == "0.00000");
  CHECK(spell_seconds(-5) == "0.00000");
  CHECK(spell_seconds(100LL * 365 * 86400 * 1'000'000'000) == "3153600000.00000");
  CHECK(spell_duration(2'002'400'000) == "PT2.002S");
  CHECK(spell_duration(999'999'999) == "PT1.000S");
}

TEST_CASE("dates are ISO 8601 in UTC") {
  CHECK(spell_date_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(spell_date_time(1'772'366'400'040'000'000) == "2026-03-01T12:00:00.040Z");
  CHECK(spell_date_time(1'709'251'199'999'999'999) == "2024-02-29T23:59:59.999Z");
  CHECK(spell_date_time(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("foreign text cannot leave its attribute") {
  CHECK(quoted("en") == "\"en\"");
  CHECK(quoted("a\"\n#EXT-X-ENDLIST\r") == "\"a#EXT-X-ENDLIST\"");
  CHECK(xml_escaped("<a b='c'>&\"\x01") == "&lt;a b=&apos;c&apos;&gt;&amp;&quot;");
}
