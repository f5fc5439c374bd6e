/* Words every other header uses: status codes, text, bytes, errors.
 *
 * Rules that hold for every struct and function of this ABI:
 *  - A struct's first field is struct_size, set by whoever fills it. A larger struct than mine is accepted
 *    only if its unknown tail is all zero (else SLUICE_STATUS_NEWER_FIELD). In a function table use the
 * prefix you know; a method outside it or null is SLUICE_STATUS_NOT_SUPPORTED. Of an output struct the callee
 *    fills min(its own size, the caller's struct_size).
 *  - Text is UTF-8, {pointer, length}, not NUL-terminated, borrowed for the call unless said otherwise.
 *  - Times are int64 nanoseconds. Sizes are bytes.
 *  - Functions return a status; outputs are zeroed on failure. Nothing throws, nothing blocks unless said.
 *  - Threads: [loader] a throw-away thread; [control] the module's first lane; [lane] the lane that owns the
 *    object; [any] thread-safe. A handle is used only on its own thread class and never after its close.
 *  - Without self, handle, struct or room for its output a function answers ARGUMENT; one that returns
 * nothing does nothing.
 *  - A host that checks calls (built with SLUICE_CHECK_CALLS, or the conformance kit) answers a handle that
 * has ended with ARGUMENT and a [lane] or [control] function called elsewhere with STATE, and names module,
 *    interface and function in its log. Handles are numbers there: never look through one. Any other host
 * does not look, and is broken by either.
 */
#ifndef SLUICE_ABI_TYPES_H
#define SLUICE_ABI_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ABI_MAJOR 1u
#define SLUICE_ABI_MINOR 0u

typedef int32_t sluice_status;

enum {
  SLUICE_STATUS_OK = 0,
  SLUICE_STATUS_ARGUMENT = -1, /* the call itself is wrong */
  SLUICE_STATUS_STATE = -2,    /* not now: wrong state or wrong thread */
  SLUICE_STATUS_NOT_FOUND = -3,
  SLUICE_STATUS_BUSY = -4,          /* taken, or a queue is full: later may work */
  SLUICE_STATUS_DENIED = -5,        /* authorisation said no */
  SLUICE_STATUS_NOT_SUPPORTED = -6, /* method absent, or codec/format unknown to the callee */
  SLUICE_STATUS_LIMIT = -7,         /* a configured bound would be exceeded */
  SLUICE_STATUS_NO_MEMORY = -8,     /* the buffer pool is empty */
  SLUICE_STATUS_IO = -9,
  SLUICE_STATUS_PROTOCOL = -10, /* a peer broke its protocol */
  SLUICE_STATUS_MEDIA = -11,    /* media that cannot be used as it is */
  SLUICE_STATUS_CANCELLED = -12,
  SLUICE_STATUS_TIMEOUT = -13,
  SLUICE_STATUS_GONE = -14,        /* it was there and has ended */
  SLUICE_STATUS_NEWER_FIELD = -15, /* the caller uses a field this side does not know */
  SLUICE_STATUS_INTERNAL = -16,
  SLUICE_STATUS_UNASKED = -17 /* of a call: its callee went before it saw the question, so nothing was done */
};

/* Unknown or absent time. */
#define SLUICE_TIME_NONE INT64_MIN

typedef struct sluice_str {
  const char* data;
  uint64_t size;
} sluice_str;

typedef struct sluice_bytes {
  const uint8_t* data;
  uint64_t size;
} sluice_bytes;

/* Room for text given by the caller. The callee writes at most `capacity` bytes and sets `size` to what the
 * whole text needs; size > capacity comes with SLUICE_STATUS_LIMIT and means: call again with more room. */
typedef struct sluice_text {
  char* data;
  uint64_t capacity;
  uint64_t size;
} sluice_text;

/* Why something failed. Given by the caller (null: not interested), filled by the callee on failure. */
typedef struct sluice_err {
  uint32_t struct_size;
  sluice_status status;
  int32_t module_code; /* the module's own number, 0 if none */
  uint32_t reserved;
  char message[480]; /* NUL-terminated; what was found and what was expected */
  char hint[160];    /* NUL-terminated; what to do about it, may be empty */
} sluice_err;

/* Opaque handles; all are made and freed by the host. */
typedef struct sluice_lane sluice_lane;
typedef struct sluice_timer sluice_timer;
typedef struct sluice_watch sluice_watch;
typedef struct sluice_op sluice_op;
typedef struct sluice_publication sluice_publication;
typedef struct sluice_subscription sluice_subscription;
typedef struct sluice_registry_watch sluice_registry_watch;
typedef struct sluice_listener sluice_listener;
typedef struct sluice_connection sluice_connection;
typedef struct sluice_event_subscription sluice_event_subscription;
typedef struct sluice_metric sluice_metric;

typedef void (*sluice_callback)(void* ctx);

#ifdef __cplusplus
}
#endif
#endif
