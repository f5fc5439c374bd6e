/* sluice.engine/1: lanes, writing frames, reading frames. */
#ifndef SLUICE_ABI_ENGINE_H
#define SLUICE_ABI_ENGINE_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ENGINE_ID "sluice.engine/1"

/* A frame being written. Filled by frame_begin; the module writes into data[0..capacity). */
typedef struct sluice_draft {
  uint32_t struct_size;
  uint32_t reserved;
  uint8_t* data;
  uint64_t capacity;
  void* handle; /* the host's */
} sluice_draft;

/* What the publisher knows about a frame. */
typedef struct sluice_frame_facts {
  uint32_t struct_size;
  uint32_t track; /* id from track_add; its newest revision is meant */
  uint32_t flags; /* SLUICE_FRAME_* */
  uint32_t reserved;
  uint64_t size;        /* bytes written, <= capacity */
  int64_t dts;          /* ns on the source's clock, already unrolled; the engine repairs jumps */
  int64_t pts;          /* ns; SLUICE_TIME_NONE: same as dts */
  int64_t duration;     /* ns, 0 unknown */
  int64_t capture_wall; /* ns since 1970 UTC or SLUICE_TIME_NONE */
} sluice_frame_facts;

typedef struct sluice_batch {
  uint32_t struct_size;
  uint32_t count;
  sluice_entry*
      entries;      /* consecutive; only `cached` may be written; valid until the next read or lane_drain */
  uint64_t skipped; /* frames passed over since the last read, because this subscription lagged */
} sluice_batch;

enum { SLUICE_WATCH_READ = 1u << 0, SLUICE_WATCH_WRITE = 1u << 1, SLUICE_WATCH_ERROR = 1u << 2 };

typedef struct sluice_engine {
  uint32_t struct_size;
  uint32_t minor;

  /* ---- Lanes: one host-made thread of this module each, with an inbox. -----------------------------------
   *
   * A lane is expected back in drain or sleep all the time: after 200 ms away it is counted as late, after 2
   * s the log says where its thread is, after 10 s the module's health is "stuck". Between sleep and awake it
   * is not awaited before `*wake_at` or a kick, so call awake before you handle what woke you. To learn where
   * a thread is the host sends it a signal, which makes poll, epoll_wait and nanosleep return EINTR. */

  /* [any] How many lanes this module has, and the n-th (null if out of range). Lane 0 is [control]. None yet
   * during entry, all of them from run_lane on. */
  uint32_t (*lane_count)(void* self);
  sluice_lane* (*lane_at)(void* self, uint32_t index);
  /* [lane] A descriptor that turns readable when a sleeping lane has work. Owned by the host. Edge-triggered
   * watchers need not read it. Negative: a status. */
  int32_t (*lane_fd)(sluice_lane* lane);
  /* [lane] Deliver completions, posted calls, due timers and new frames (on_ready). Bounded per call.
   * Returns OK (nothing left), BUSY (call again), GONE (the lane is to end: leave the loop). */
  sluice_status (*lane_drain)(sluice_lane* lane);
  /* [lane] About to block. OK: block on lane_fd and your own descriptors until `*wake_at` (monotonic ns,
   * INT64_MAX: no deadline), then call lane_awake. BUSY: drain first, do not block. */
  sluice_status (*lane_sleep)(sluice_lane* lane, int64_t* wake_at);
  void (*lane_awake)(sluice_lane* lane);
  /* [lane] The host's own loop (epoll): drains, sleeps, watches and times until the lane is to end. */
  void (*lane_run)(sluice_lane* lane);
  /* [any] Run fn(ctx) on the lane, exactly once, soon. Fails: BUSY (inbox full), GONE. */
  sluice_status (*lane_post)(sluice_lane* lane, sluice_callback fn, void* ctx);
  /* [lane] One shot at `due_ns` (monotonic). The handle ends when fn is called or by timer_cancel. */
  sluice_status (*timer_start)(sluice_lane* lane, int64_t due_ns, sluice_callback fn, void* ctx,
                               sluice_timer** out);
  void (*timer_cancel)(sluice_timer* timer);
  /* [lane] Watch a descriptor of the module's own, level-triggered; only on lanes run by lane_run. */
  sluice_status (*watch_start)(sluice_lane* lane, int32_t fd, uint32_t events,
                               void (*fn)(void* ctx, uint32_t events), void* ctx, sluice_watch** out);
  sluice_status (*watch_change)(sluice_watch* watch, uint32_t events);
  void (*watch_stop)(sluice_watch* watch);
  /* [lane] Called with each non-null `cached` when its entry leaves this lane's window. Set before
   * subscribing. */
  void (*lane_on_cache_release)(sluice_lane* lane, void (*fn)(void* ctx, void* cached), void* ctx);

  /* ---- Writing: all [lane] of the publication. -----------------------------------------------------------
   */

  /* Copies everything. Fails: LIMIT (16 tracks, 64 KiB config), ARGUMENT. */
  sluice_status (*track_add)(sluice_publication* publication, const sluice_track* track, uint32_t* id,
                             sluice_err* err);
  /* A new revision for the frames that follow; equal contents change nothing. Fails: as above, NOT_FOUND. */
  sluice_status (*track_update)(sluice_publication* publication, uint32_t id, const sluice_track* track,
                                sluice_err* err);
  /* A buffer of at least `size` bytes. Ends with frame_publish or frame_abandon.
   * Fails: NO_MEMORY (pool or budget exhausted: drop up to the next key frame), LIMIT (size > 8 MiB). */
  sluice_status (*frame_begin)(sluice_publication* publication, uint64_t size, sluice_draft* out);
  /* Number, repair, mark, append, wake. Takes no lock, never waits, allocates nothing. Consumes the draft in
   * every case, but that the publication itself is refused (null, ended, wrong thread). Fails: NOT_FOUND
   * (track), GONE (taken over, kicked), LIMIT (share of memory exceeded: dropped). */
  sluice_status (*frame_publish)(sluice_publication* publication, sluice_draft* draft,
                                 const sluice_frame_facts* facts);
  void (*frame_abandon)(sluice_publication* publication, sluice_draft* draft);

  /* ---- Reading: all [lane] of the subscription unless said. ----------------------------------------------
   */

  /* The next frames, at most `max`, in seq order. count 0: nothing new; on_ready will be called. Until a read
   * says 0, on_ready is not called again, so a blocked reader costs nothing: read on when it can take more.
   * Applies the lag policy first (batch.skipped). Fails: GONE after the last frame of an ended stream. */
  sluice_status (*read)(sluice_subscription* subscription, uint32_t max, sluice_batch* out);
  /* The stream's newest track revisions, as borrowed pointers; count says how many there are. */
  sluice_status (*tracks)(sluice_subscription* subscription, const sluice_track** out, uint32_t capacity,
                          uint32_t* count);
  /* Account bytes that went to the viewer, for the operator's lists. */
  void (*sent)(sluice_subscription* subscription, uint64_t bytes);
  /* Ask the publisher for a key frame of a track (0: any video); at most one a second gets through. */
  sluice_status (*request_key)(sluice_subscription* subscription, uint32_t track);
  /* [any] Keep a frame beyond what lent it; each retain wants one release. No host tells one release too many
   * from the last one of somebody else. */
  void (*frame_retain)(const sluice_frame* frame);
  void (*frame_release)(const sluice_frame* frame);
} sluice_engine;

#ifdef __cplusplus
}
#endif
#endif
