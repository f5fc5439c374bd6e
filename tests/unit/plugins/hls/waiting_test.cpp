#include "waiting.hpp"

#include <catch2/catch.hpp>

#include "feed.hpp"

using namespace sluice::hls;
using namespace std::chrono_literals;

static std::optional<sluice::error_code> verdict(const PartIndex& index, std::string_view query) {
  return judge(index, Wish::playlist(parse_delivery(query).value()));
}

TEST_CASE("a reload is answered, held or refused (H6)") {
  const PartIndex index = index_of(3);  // 0..2 whole, 3 open with part 0; 15 parts are three seconds
  const std::optional<sluice::error_code> now = sluice::error_code(), wait;
  const std::optional<sluice::error_code> refused = sluice::error_code(Errc::too_far_ahead);
  struct Case {
    const char* query;
    std::optional<sluice::error_code> verdict;
  };
  for (const Case& c : {Case{"", now}, Case{"_HLS_msn=0", now}, Case{"_HLS_msn=2&_HLS_part=99", now},
                        Case{"_HLS_msn=3", wait}, Case{"_HLS_msn=3&_HLS_part=0", now},
                        Case{"_HLS_msn=3&_HLS_part=1", wait}, Case{"_HLS_msn=3&_HLS_part=15", wait},
                        Case{"_HLS_msn=3&_HLS_part=16", refused}, Case{"_HLS_msn=4", wait},
                        Case{"_HLS_msn=4&_HLS_part=0", wait}, Case{"_HLS_msn=4&_HLS_part=15", refused},
                        Case{"_HLS_msn=5", refused}, Case{"_HLS_msn=18446744073709551615", refused}}) {
    CAPTURE(c.query);
    CHECK(verdict(index, c.query) == c.verdict);
  }
}

TEST_CASE("a held reload is answered when its part is there, once") {
  PartIndex index = index_of(3);
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  CHECK_FALSE(waiting.ask(index, Wish::playlist({3, 2}), 7, 0s));
  CHECK_FALSE(waiting.ask(index, Wish::playlist({3, {}}), 8, 0s));
  feed.parts(index, 1);
  waiting.settle(index, told);
  CHECK(told.empty());
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].token == 7);
  CHECK_FALSE(told[0].error);
  feed.begin_segment();
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 2);
  CHECK(told[1].token == 8);
  CHECK(waiting.size() == 0);
}

TEST_CASE("a part beyond the last of its segment is part 0 of the next") {
  PartIndex index = index_of(3);
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  CHECK_FALSE(waiting.ask(index, Wish::playlist({3, 4}), 1, 0s));
  feed.begin_segment();  // 3 ended after one part
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].error);
}

TEST_CASE("a hinted part is held, and not found once its segment ended without it") {
  PartIndex index = index_of(3);
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  CHECK(waiting.ask(index, Wish::part(3, 0), 1, 0s) == sluice::error_code());
  CHECK(waiting.ask(index, Wish::part(3, 2), 1, 0s) == sluice::error_code(Errc::no_such_file));
  CHECK(waiting.ask(index, Wish::part(9, 0), 1, 0s) == sluice::error_code(Errc::no_such_file));
  CHECK_FALSE(waiting.ask(index, Wish::part(3, 1), 1, 0s));
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].error);
  CHECK_FALSE(waiting.ask(index, Wish::part(3, 2), 2, 0s));
  feed.begin_segment();
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 2);
  CHECK(told[1].error == Errc::no_such_file);
}

TEST_CASE("a segment that is made now is given as it grows; the next one is waited for") {
  PartIndex index = index_of(3);  // 3 has part 0
  Feed feed{3, 1};
  feed.dts = 6 * test_second + test_part;
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  const auto now = std::optional(sluice::error_code());
  const auto none = std::optional(sluice::error_code(Errc::no_such_file));
  CHECK(judge(index, Wish::growth(2, 0)) == now);   // whole
  CHECK(judge(index, Wish::growth(2, 10)) == now);  // nothing follows: the end of it
  CHECK(judge(index, Wish::growth(3, 0)) == now);
  CHECK(judge(index, Wish::growth(5, 0)) == none);
  CHECK(judge(index, Wish::growth(4, 1)) == none);
  CHECK_FALSE(waiting.ask(index, Wish::growth(3, 1), 1, 0s));
  CHECK_FALSE(waiting.ask(index, Wish::growth(4, 0), 2, 0s));
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].token == 1);
  CHECK_FALSE(waiting.ask(index, Wish::growth(3, 2), 3, 0s));
  feed.begin_segment();
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 3);
  CHECK_FALSE(told[1].error);
  CHECK_FALSE(told[2].error);
  feed.part = 5;  // 1 to 4 were lost
  feed.dts += 4 * test_part;
  CHECK_FALSE(waiting.ask(index, Wish::growth(4, 1), 4, 0s));
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 4);
  CHECK(told[3].error == Errc::no_such_file);
  CHECK_FALSE(judge(index, Wish::growth(5, 0)));
  index.end();
  CHECK(judge(index, Wish::growth(5, 0)) == none);
}

TEST_CASE("the first request is held until there is something to list, at most ten seconds") {
  PartIndex index{WindowLimits{}};
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  CHECK_FALSE(waiting.ask(index, Wish::playlist({}), 1, 5s));
  CHECK_FALSE(waiting.ask(index, Wish::playlist({99, 1}), 2, 5s));
  CHECK(waiting.next_deadline() == 15s);
  waiting.expire(14s, told);
  CHECK(told.empty());
  Feed feed;
  feed.segments(index, 1);
  waiting.settle(index, told);
  CHECK(told.empty());
  feed.begin_segment();
  feed.parts(index, 1);
  waiting.settle(index, told);
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].error);
  CHECK(told[1].error == Errc::too_far_ahead);
}

TEST_CASE("held too long is 503, and an ended stream holds nobody") {
  PartIndex index = index_of(3);
  Waiting waiting{{}};
  std::vector<Waiting::Told> told;
  CHECK_FALSE(waiting.ask(index, Wish::playlist({3, 1}), 1, 10s));
  CHECK_FALSE(waiting.ask(index, Wish::part(3, 1), 2, 11s));
  CHECK(waiting.next_deadline() == 16s);  // three target durations of 2 s
  waiting.expire(16s, told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].error == Errc::not_in_time);
  CHECK(http_status(static_cast<Errc>(told[0].error.value())) == 503);
  index.end();
  waiting.settle(index, told);
  REQUIRE(told.size() == 2);
  CHECK(told[1].error == Errc::no_such_file);
  CHECK(waiting.ask(index, Wish::playlist({999, 9}), 3, 16s) == sluice::error_code());
}

TEST_CASE("the number of held requests is bounded; who left is not told") {
  const PartIndex index = index_of(3);
  Waiting waiting{{2, 10s}};
  std::vector<Waiting::Told> told;
  CHECK_FALSE(waiting.ask(index, Wish::playlist({4, {}}), 1, 0s));
  CHECK_FALSE(waiting.ask(index, Wish::playlist({4, {}}), 2, 0s));
  CHECK(waiting.ask(index, Wish::playlist({4, {}}), 3, 0s) == sluice::error_code(Errc::too_many_waiting));
  waiting.withdraw(1);
  waiting.refuse_all(Errc::no_such_file, told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].token == 2);
}
