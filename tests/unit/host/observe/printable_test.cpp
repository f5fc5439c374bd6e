#include "observe/printable.hpp"

#include <catch2/catch.hpp>

using namespace sluice::observe;

TEST_CASE("what is fit to be shown stays as it is") {
  REQUIRE(printable("live/cam \xc3\xa9 \xf0\x9f\x8e\xa5") == "live/cam \xc3\xa9 \xf0\x9f\x8e\xa5");
  REQUIRE(printable("") == "");
}

TEST_CASE("escapes") {
  REQUIRE(printable("a\nb\x1b[2J\x7f") == "a\\nb\\x1b[2J\\x7f");
  REQUIRE(printable("\xf4\x90\x80\x80\xc1\xbf\xe0\x80\x80") ==
          "\\xf4\\x90\\x80\\x80\\xc1\\xbf\\xe0\\x80\\x80");
  std::string quoted;
  append_printable(quoted, "say \"x\\y\"", 100, Escapes::quoted);
  REQUIRE(quoted == "say \\\"x\\\\y\\\"");
  std::string json;
  append_printable(json, "\xff\xe2\x81\xa6\xc2\x85", 100, Escapes::json);
  REQUIRE(json == "\xef\xbf\xbd\\u2066\\u0085");
}

TEST_CASE("a long text is cut between characters") {
  REQUIRE(printable("aaaa", 3) == "aaa\xe2\x80\xa6");
  REQUIRE(printable("aa\xc3\xa9z", 3) == "aa\xc3\xa9\xe2\x80\xa6");
}
