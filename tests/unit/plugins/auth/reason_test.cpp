#include "auth/reason.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace sluice::auth;

TEST_CASE("every reason has its own words, a label for a metric and one verdict", "[auth]") {
  std::set<std::string_view> labels;
  for (std::size_t i = 0; i < reason_count; ++i) {
    const ReasonWords& words = words_of(static_cast<Reason>(i));
    CHECK(words.reason == static_cast<Reason>(i));
    CHECK_FALSE(words.sentence.empty());
    CHECK(words.label.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    labels.insert(words.label);
  }
  CHECK(labels.size() == reason_count);
  CHECK(words_of(Reason::credentials_needed).reason == static_cast<Reason>(reason_count - 1));
}
