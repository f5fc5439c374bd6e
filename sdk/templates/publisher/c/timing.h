/* When frames are due. */
#ifndef TIMING_H
#define TIMING_H

#include <stdint.h>

/* Time of frame `number` at `rate` frames a second, ns from the first one. Whole seconds apart, so that it
 * neither drifts nor overflows. */
static inline int64_t frame_time(int64_t number, int64_t rate) {
  const int64_t second = 1000000000;
  return number / rate * second + number % rate * second / rate;
}

#endif
