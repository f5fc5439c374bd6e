/* sluice.clock/1: the host's clocks; a test host moves them by hand. */
#ifndef SLUICE_ABI_CLOCK_H
#define SLUICE_ABI_CLOCK_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_CLOCK_ID "sluice.clock/1"

typedef struct sluice_clock {
  uint32_t struct_size;
  uint32_t minor;
  int64_t (*monotonic)(void* self); /* [any] ns; the clock of every deadline in this ABI */
  int64_t (*wall)(void* self);      /* [any] ns since 1970-01-01 UTC; may jump */
} sluice_clock;

#ifdef __cplusplus
}
#endif
#endif
