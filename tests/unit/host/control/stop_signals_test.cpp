#include "control/stop_signals.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <future>

using sluice::control::StopSignals;

TEST_CASE("SIGHUP is told, the first stop is asked for once, SIGINT after it hurries") {
  StopSignals::block();
  std::promise<void> reloaded, hurried;
  std::atomic<int> asked{0};
  std::string by;
  StopSignals signals({[&](const char* signal) {
                         by = signal;
                         ++asked;
                       },
                       [&] { hurried.set_value(); }, [&] { reloaded.set_value(); }});
  const auto soon = std::chrono::seconds(10);

  ::kill(::getpid(), SIGHUP);
  REQUIRE(reloaded.get_future().wait_for(soon) == std::future_status::ready);
  REQUIRE_FALSE(signals.asked());

  ::kill(::getpid(), SIGTERM);
  signals.wait();
  REQUIRE(signals.asked());
  REQUIRE(by == "SIGTERM");

  ::kill(::getpid(), SIGTERM);  // said already
  ::kill(::getpid(), SIGINT);
  REQUIRE(hurried.get_future().wait_for(soon) == std::future_status::ready);
  REQUIRE(asked == 1);
}
