/* The pure half, without a host. */
#include <stdio.h>
#include <string.h>

#include "record.h"

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  printf("failed: %s\n", what);
  failures++;
}

int main(void) {
  static const uint8_t track[] = {'T', 0, 0, 0, 1, 2, 'a', 'v', 'c', '1', 0, 0, 0, 22};
  static const uint8_t frame[] = {'F', 0, 0, 1, 2,  0,    0,    0,    3,    1,    0,    0,    0,
                                  0,   0, 0, 0, 40, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  uint8_t written[32];
  track_record(written, 1, 2, 'a' | 'v' << 8 | 'c' << 16 | '1' << 24, 22);
  check(sizeof track == TRACK_RECORD_SIZE && memcmp(written, track, sizeof track) == 0, "a track");
  frame_record(written, 258, 3, 1, 40, -1);
  check(sizeof frame == FRAME_RECORD_SIZE && memcmp(written, frame, sizeof frame) == 0,
        "a frame, its size first, times with their sign");
  return failures;
}
