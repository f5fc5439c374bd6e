#include "kit/growth.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

namespace {

std::vector<std::size_t> samples(std::size_t count, std::size_t each) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(1'000'000 + i * each);
  return all;
}

}  // namespace

TEST_CASE("what is added from sample to sample is told") {
  for (const std::size_t count : {4, 5, 10, 11}) {
    CAPTURE(count);
    CHECK(steady_growth(samples(count, 4096)) == 4096);
    CHECK(steady_growth(samples(count, 0)) == 0);
  }
}

TEST_CASE("steps up and down are no steady growth, and do not hide one") {
  for (const std::size_t each : {0, 4096}) {
    auto steps = samples(10, each);
    for (std::size_t i = 3; i < steps.size(); ++i) steps[i] += 8 << 20;
    steps[5] += 100'000;
    steps[8] -= 300'000;
    CHECK(steady_growth(steps) == each);
  }
  CHECK(steady_growth({0, 0, 0, 7000, 14000}) == 0);
  CHECK(steady_growth({0, 0, 7000, 14000, 21000}) == 7000);
}

TEST_CASE("what shrinks does not grow, and of too few samples nothing is said") {
  CHECK(steady_growth({9000, 8000, 7000, 6000, 5000}) == 0);
  CHECK(steady_growth({}) == 0);
  CHECK(steady_growth({1, 5000, 9000}) == 0);
}
