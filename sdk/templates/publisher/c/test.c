/* The pure half, without a host. */
#include <stdio.h>

#include "timing.h"

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  printf("failed: %s\n", what);
  failures++;
}

int main(void) {
  check(frame_time(0, 25) == 0, "the first frame is due at once");
  check(frame_time(1, 25) == 40000000, "at 25 frames a second they are 40 ms apart");
  check(frame_time(30000, 30) == 1000000000000, "no drift where a frame is no whole number of ns");
  check(frame_time(4000000000, 60) > 0, "two years later it still counts");
  return failures;
}
