#include "sluice/mux/ts/pcr.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sluice::mux::ts;

namespace {

constexpr int64_t delay = 400 * milliseconds;

// All references that go out with this frame, in order.
std::vector<int64_t> send(PcrClock& clock, uint32_t track, int64_t dts_ms, bool carries = true) {
  clock.advance(track, dts_ms * milliseconds, true);
  std::vector<int64_t> out;
  while (const auto at = clock.filler()) out.push_back(*at / milliseconds);
  if (const auto at = clock.reference(false, carries)) out.push_back(*at / milliseconds);
  return out;
}

using Times = std::vector<int64_t>;

}  // namespace

TEST_CASE("a reference goes with each frame, the delay before its decoding time") {
  PcrClock clock(delay);
  CHECK(clock.is_fresh());
  CHECK(send(clock, 1, 1000) == Times{600});
  CHECK_FALSE(clock.is_fresh());
  CHECK(send(clock, 1, 1040) == Times{640});
  CHECK(send(clock, 1, 1040) == Times{});
}

TEST_CASE("gaps are filled so that no two are over 40 ms apart") {
  PcrClock clock(delay);
  send(clock, 1, 1000);
  CHECK(send(clock, 1, 1041) == Times{636, 641});
  CHECK(send(clock, 1, 1151) == Times{677, 713, 751});
}

TEST_CASE("frames that cannot carry one still ask for fillers") {
  PcrClock clock(delay);
  CHECK(send(clock, 2, 1000, false) == Times{600});  // the first of a time base in any case
  CHECK(send(clock, 2, 1021, false) == Times{});
  CHECK(send(clock, 2, 1042, false) == Times{636});
}

TEST_CASE("the clock stays behind the slowest track, and gives one up that is silent") {
  PcrClock clock(delay);
  send(clock, 1, 2000);
  CHECK(send(clock, 2, 1650) == Times{});
  CHECK(clock.late_frames() == 0);
  for (int64_t at = 2040; at <= 3600; at += 40) send(clock, 1, at);
  CHECK(clock.now() == 1650 * milliseconds);
  send(clock, 1, 3660);
  CHECK(clock.now() >= 3100 * milliseconds - 1460 * milliseconds);
  for (int64_t at = 3700; at <= 4000; at += 40) send(clock, 1, at);
  CHECK(clock.now() > 3500 * milliseconds);
  send(clock, 2, 1700);
  CHECK(clock.late_frames() == 1);
  clock.forget(2);
  send(clock, 1, 4040);
  CHECK(clock.now() == 3640 * milliseconds);
}

TEST_CASE("time that goes back or leaps is another time base") {
  PcrClock clock(delay);
  send(clock, 1, 1000);
  CHECK(clock.advance(1, 999 * milliseconds, true));
  CHECK(clock.is_fresh());
  CHECK(clock.reference(false, true) == 599 * milliseconds);
  CHECK_FALSE(clock.advance(1, 3900 * milliseconds, true));
  while (clock.filler()) {
  }
  clock.reference(false, true);
  CHECK(clock.advance(1, 7000 * milliseconds, true));
  CHECK(clock.reference(false, true) == 6600 * milliseconds);
}

TEST_CASE("a reference that must be there moves on by the least") {
  PcrClock clock(delay);
  send(clock, 1, 1000);
  clock.advance(1, 1000 * milliseconds, true);
  CHECK(clock.reference(true, true) == 600 * milliseconds + 1000);
}
