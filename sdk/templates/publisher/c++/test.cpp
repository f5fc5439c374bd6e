// The pure half, without a host.
#include <cstdio>

#include "timing.hpp"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

}  // namespace

int main() {
  check(frame_time(0, 25) == 0, "the first frame is due at once");
  check(frame_time(1, 25) == 40'000'000, "at 25 frames a second they are 40 ms apart");
  check(frame_time(30'000, 30) == 1'000'000'000'000, "no drift where a frame is no whole number of ns");
  check(frame_time(4'000'000'000, 60) > 0, "two years later it still counts");
  return failures;
}
