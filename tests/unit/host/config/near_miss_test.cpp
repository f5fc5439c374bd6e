#include "config/near_miss.hpp"

#include <catch2/catch.hpp>

#include "print_result.hpp"

using namespace sluice::config;

TEST_CASE("edits between words") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abc", "abd") == 1);
  CHECK(edit_distance("abc", "acb") == 1);  // a swap is one slip of the fingers
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance(std::string(65, 'a'), "a") > 1000);
}

TEST_CASE("the nearest name, or none") {
  const std::vector<std::string> names = {"latency_ms", "listen", "chunk_size"};
  CHECK(nearest_name("latencyms", names) == "latency_ms");
  CHECK(nearest_name("latancy_ms", names) == "latency_ms");
  CHECK(nearest_name("Listen", names) == "listen");
  CHECK(nearest_name("chunk-size", names) == "chunk_size");
  CHECK(nearest_name("lisetn", names) == "listen");
  CHECK(nearest_name("password", names).empty());
  CHECK(nearest_name("x", {}).empty());
  CHECK(nearest_name("ab", {"aa", "ac"}) == "aa");  // the same whatever the order
  CHECK(nearest_name("ab", {"ac", "aa"}) == "aa");
}
