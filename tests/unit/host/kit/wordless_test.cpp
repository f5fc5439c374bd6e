#include "kit/wordless.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("a refusal that says no more than its status has no words") {
  CHECK(wordless("the module rejects its new configuration: ARGUMENT"));
  CHECK(wordless("module x 1.0.0: the module rejects its configuration: INTERNAL (x.json)"));
  CHECK_FALSE(wordless("the module rejects its new configuration: /config/rate must be an integer"));
  CHECK_FALSE(wordless("the module rejects its configuration: ARGUMENTS are missing (x.json)"));
  CHECK_FALSE(wordless("start failed: ARGUMENT"));
}
