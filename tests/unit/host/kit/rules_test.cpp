#include "kit/rules.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "kit/cases.hpp"

using namespace sluice::kit;

TEST_CASE("every rule has one sentence, and stands there once") {
  std::set<std::string_view> seen;
  for (const auto& one : rule_texts()) {
    CAPTURE(one.rule);
    CHECK(seen.insert(one.rule).second);
    CHECK(one.text.ends_with("."));
  }
  CHECK(rule_text("R9") == "No exception crosses the boundary.");
  CHECK(rule_text("SL-KIT-999").empty());
  for (const char* own :
       {rule_threads, rule_lane_loop, rule_media, rule_unload, rule_chunks, rule_reconfigure})
    CHECK_FALSE(rule_text(own).empty());
}
