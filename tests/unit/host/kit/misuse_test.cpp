#include "kit/misuse.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("a finding is kept once, and no more than there is room for") {
  Misuses seen;
  seen.note({"R5", "one", ""});
  seen.note({"R5", "one", "again"});
  seen.note({"R6", "one", ""});
  REQUIRE(seen.all().size() == 2);
  CHECK(seen.all()[0].rule == "R5");
  for (std::size_t i = 0; i < 2 * Misuses::most; ++i) seen.note({"R9", std::to_string(i), ""});
  CHECK(seen.all().size() == Misuses::most);
  seen.clear();
  CHECK(seen.all().empty());
}
