#include "wire/range.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("which bytes a range means (row H7)") {
  struct Case {
    const char* field;
    RangeAnswer answer;
    std::uint64_t first, size;
  };
  const auto part = RangeAnswer::part, whole = RangeAnswer::whole, bad = RangeAnswer::unsatisfiable;
  for (const Case& c :
       {Case{"bytes=0-9", part, 0, 10}, Case{"bytes=5-", part, 5, 95}, Case{"bytes=-10", part, 90, 10},
        Case{"bytes=-1000", part, 0, 100}, Case{"Bytes=99-200", part, 99, 1},
        Case{"bytes= 1 - 2 ", part, 1, 2}, Case{"bytes=100-", bad, 0, 0}, Case{"bytes=9-5", bad, 0, 0},
        Case{"bytes=-0", bad, 0, 0}, Case{"bytes=-", bad, 0, 0}, Case{"bytes=a-b", bad, 0, 0},
        Case{"bytes=", bad, 0, 0}, Case{"bytes=18446744073709551616-", bad, 0, 0},
        Case{"bytes=0-1,5-6", whole, 0, 0}, Case{"lines=0-1", whole, 0, 0}, Case{"", whole, 0, 0}}) {
    CAPTURE(c.field);
    ByteRange range;
    CHECK(read_range(c.field, 100, range) == c.answer);
    CHECK(range.first == c.first);
    CHECK(range.size == c.size);
  }
  ByteRange range;
  CHECK(read_range("bytes=0-", 0, range) == bad);
  CHECK(read_range("bytes=-5", 0, range) == bad);
  std::string many = "bytes=0-0";
  for (int i = 0; i < 10'000; ++i) many += ",0-0";
  CHECK(read_range(many, 100, range) == whole);
}

TEST_CASE("what is said about a range") {
  CHECK(content_range({5, 10}, 100) == "bytes 5-14/100");
  CHECK(content_range_unsatisfied(100) == "bytes */100");
}
