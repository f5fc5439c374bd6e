#include "modules/selector.hpp"

#include <catch2/catch.hpp>

using nlohmann::json;
using sluice::modules::selects;

TEST_CASE("a selector is nothing, a name, or attributes that must match") {
  const json attributes = {{"formats", {"ts", "mp4"}}, {"speed", 3}};
  struct Row {
    json selector;
    bool fits;
  };
  const Row rows[] = {{json(), true},
                      {"pack", true},
                      {"other", false},
                      {json::object(), true},
                      {{{"name", "pack"}}, true},
                      {{{"name", "other"}}, false},
                      {{{"formats", "ts"}}, true},
                      {{{"formats", "flv"}}, false},
                      {{{"formats", {"ts", "mp4"}}}, true},
                      {{{"speed", 3}}, true},
                      {{{"speed", 3}, {"formats", "flv"}}, false},
                      {{{"absent", 1}}, false}};
  for (const auto& row : rows) {
    CAPTURE(row.selector.dump());
    CHECK(selects(row.selector, "pack", attributes) == row.fits);
  }
}
