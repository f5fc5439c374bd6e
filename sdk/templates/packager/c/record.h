/* The dump format, all numbers big-endian:
 *
 *   dump   = "SLDUMP1\n" track... record...
 *   track  = 'T' id(4) kind(1) codec(4 letters) size(4) config(size)
 *   record = 'F' size(4) track(4) flags(1) dts(8) pts(8) payload(size)
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdint.h>

#define DUMP_MAGIC "SLDUMP1\n"

enum { DUMP_MAGIC_SIZE = 8, TRACK_RECORD_SIZE = 14, FRAME_RECORD_SIZE = 26 };

static inline uint8_t* put(uint8_t* out, uint64_t value, int count) {
  while (count-- > 0) *out++ = (uint8_t)(value >> (8 * count));
  return out;
}

/* A codec's letters in writing order: the first one is in the low byte. */
static inline void track_record(uint8_t out[TRACK_RECORD_SIZE], uint32_t id, uint32_t kind, uint32_t codec,
                                uint64_t config_size) {
  int shift;
  *out++ = 'T';
  out = put(put(out, id, 4), kind, 1);
  for (shift = 0; shift < 32; shift += 8) *out++ = (uint8_t)(codec >> shift);
  put(out, config_size, 4);
}

static inline void frame_record(uint8_t out[FRAME_RECORD_SIZE], uint64_t size, uint32_t track, uint32_t flags,
                                int64_t dts, int64_t pts) {
  *out++ = 'F';
  out = put(put(put(out, size, 4), track, 4), flags, 1);
  put(put(out, (uint64_t)dts, 8), (uint64_t)pts, 8);
}

#endif
