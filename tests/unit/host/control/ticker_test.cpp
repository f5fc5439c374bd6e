#include "control/ticker.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

using sluice::control::Ticker;

TEST_CASE("it ticks until it goes, and going does not wait for the next turn") {
  std::promise<void> third;
  int turns = 0;
  {
    const Ticker ticker("test", std::chrono::milliseconds(1), [&] {
      if (++turns == 3) third.set_value();
      return std::chrono::milliseconds(1);
    });
    REQUIRE(third.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  }
  REQUIRE(turns >= 3);
  const auto begin = std::chrono::steady_clock::now();
  {
    const Ticker slow("test", std::chrono::hours(1), []() -> std::chrono::milliseconds {
      FAIL("too early");
      return {};
    });
  }
  REQUIRE(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("each turn says when the next one is") {
  std::promise<void> second;
  std::atomic<int> turns = 0;
  const Ticker ticker("test", std::chrono::milliseconds(1), [&]() -> std::chrono::milliseconds {
    if (++turns == 2) second.set_value();
    return turns == 1 ? std::chrono::milliseconds(1) : std::chrono::hours(1);
  });
  REQUIRE(second.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  REQUIRE(turns == 2);
}
