#include "wire/precondition.hpp"

#include <catch2/catch.hpp>

#include "wire/date.hpp"

using namespace sluice::http;

namespace {

RequestHead with(std::vector<std::pair<std::string, std::string>> fields) {
  RequestHead head;
  head.fields = std::move(fields);
  return head;
}
const Validators now{"\"a\"", 784111777};
const std::string then = http_date(784111777), before = http_date(784111776);

}  // namespace

TEST_CASE("conditions in the order of RFC 9110 section 13.2.2") {
  CHECK(judge(with({}), now) == Condition::serve);
  CHECK(judge(with({{"if-none-match", "\"b\", W/\"a\""}}), now) == Condition::not_modified);
  CHECK(judge(with({{"if-none-match", "*"}}), now) == Condition::not_modified);
  CHECK(judge(with({{"if-none-match", "\"b\""}, {"if-modified-since", then}}), now) == Condition::serve);
  CHECK(judge(with({{"if-modified-since", then}}), now) == Condition::not_modified);
  CHECK(judge(with({{"if-modified-since", before}}), now) == Condition::serve);
  CHECK(judge(with({{"if-modified-since", "yesterday"}}), now) == Condition::serve);
  CHECK(judge(with({{"if-match", "\"b\""}}), now) == Condition::failed);
  CHECK(judge(with({{"if-match", "W/\"a\""}}), now) == Condition::failed);
  CHECK(judge(with({{"if-match", "\"a\""}, {"if-unmodified-since", before}}), now) == Condition::serve);
  CHECK(judge(with({{"if-unmodified-since", before}}), now) == Condition::failed);
}

TEST_CASE("If-Range wants the very same representation") {
  CHECK(range_holds(with({}), now));
  CHECK(range_holds(with({{"if-range", "\"a\""}}), now));
  CHECK_FALSE(range_holds(with({{"if-range", "\"b\""}}), now));
  CHECK_FALSE(range_holds(with({{"if-range", "W/\"a\""}}), now));
  CHECK(range_holds(with({{"if-range", then}}), now));
  CHECK_FALSE(range_holds(with({{"if-range", before}}), now));
}
