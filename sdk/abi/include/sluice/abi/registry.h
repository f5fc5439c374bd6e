/* sluice.registry/1: who publishes what, who watches it. */
#ifndef SLUICE_ABI_REGISTRY_H
#define SLUICE_ABI_REGISTRY_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_REGISTRY_ID "sluice.registry/1"

/* What a peer showed to prove who it is. Empty strings where it showed nothing. */
typedef struct sluice_credentials {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_str user;
  sluice_str password;
  sluice_str token; /* bearer token, or the URL's token= */
  sluice_str query; /* the URL's query as it came, without '?' */
} sluice_credentials;

/* Where a session comes from. */
typedef struct sluice_peer {
  uint32_t struct_size;
  uint32_t flags;        /* SLUICE_PEER_* */
  sluice_str protocol;   /* as its URLs call it */
  sluice_str address;    /* "192.0.2.7:50123", "[2001:db8::1]:50123"; empty for the module itself */
  sluice_str user_agent; /* as the peer called itself, may be empty */
} sluice_peer;

enum {
  /* The module's own code publishes or reads: trusted, not authorised, and no viewer of the stream. */
  SLUICE_PEER_LOCAL_MODULE = 1u << 0
};

typedef struct sluice_publish_request {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_str key; /* canonical: app/name[/...][~layer] */
  sluice_peer peer;
  sluice_credentials credentials;
} sluice_publish_request;

/* All called on the lane named in publish_begin. */
typedef struct sluice_publish_calls {
  uint32_t struct_size;
  uint32_t reserved;
  /* Exactly once, never inside publish_begin. OK: `publication` is the module's until publication_end.
   * Else null and err: DENIED, BUSY (somebody publishes), LIMIT, ARGUMENT (key), CANCELLED. */
  void (*on_done)(void* ctx, sluice_status status, sluice_publication* publication, const sluice_err* err);
  /* The publication was taken away (taken over, kicked, host drains). Writes fail with GONE from now on; call
   * publication_end, which is all that is left to do. At most once. */
  void (*on_revoked)(void* ctx, sluice_status why, sluice_str reason);
  /* A viewer needs a key frame of `track` (0: any video). May be null. */
  void (*on_key_wanted)(void* ctx, uint32_t track);
} sluice_publish_calls;

enum {
  SLUICE_END_CLEAN = 0, /* the publisher said goodbye: the stream ends at once */
  SLUICE_END_LOST = 1   /* it vanished: the stream waits in grace for its return */
};

enum {
  SLUICE_START_KEY = 0,   /* newest cached key frame; waits for one if there is none */
  SLUICE_START_CACHE = 1, /* oldest cached key frame: all that is cached */
  SLUICE_START_LIVE = 2   /* only what comes from now on, from its first key frame */
};

typedef struct sluice_subscribe_request {
  uint32_t struct_size;
  uint32_t start; /* SLUICE_START_* */
  sluice_str key;
  sluice_peer peer;
  sluice_credentials credentials;
  uint64_t max_bytes; /* lag bound, 0: default (4 MiB) */
  int64_t max_time;   /* lag bound in media time, ns, 0: default (3 s) */
  /* Not empty: chunks of this format (a `name` of sluice.packager/1), made once for all who want it with
   * these parameters. What is read then is one track of kind SLUICE_TRACK_CHUNKS: a viewer is sent the
   * config of the track its first frame names, again whenever a frame names another revision (by its number),
   * and the frames' spans in turn. KEY marks the chunks to begin with. */
  sluice_str format;
  sluice_str parameters; /* JSON object as the packager defines it, at most 4 KiB; empty: {} */
} sluice_subscribe_request;

/* All called on the lane named in subscribe_begin. */
typedef struct sluice_subscribe_calls {
  uint32_t struct_size;
  uint32_t reserved;
  /* Exactly once. OK: `subscription` is the module's until subscription_close.
   * Else: DENIED, NOT_FOUND (no such stream), LIMIT, ARGUMENT (key; parameters the packager refuses),
   * NOT_SUPPORTED (nobody provides the format, or it cannot carry this stream), CANCELLED. */
  void (*on_done)(void* ctx, sluice_status status, sluice_subscription* subscription, const sluice_err* err);
  /* Frames can be read and the last read had said 0 (or none was made yet). */
  void (*on_ready)(void* ctx, sluice_subscription* subscription);
  /* No more frames will come: GONE (stream ended, all read), LIMIT (no progress for 10 s), CANCELLED (kicked,
   * host drains). Call subscription_close. At most once. */
  void (*on_closed)(void* ctx, sluice_status why, sluice_str reason);
} sluice_subscribe_calls;

enum {
  SLUICE_CHANGE_STREAM_LIVE = 1,  /* a publisher began or returned */
  SLUICE_CHANGE_STREAM_GRACE = 2, /* it vanished and may return */
  SLUICE_CHANGE_STREAM_ENDED = 3,
  SLUICE_CHANGE_RESYNC = 4 /* changes were lost or are too old: list again, then watch on */
};

typedef struct sluice_change {
  uint32_t struct_size;
  uint32_t kind;     /* SLUICE_CHANGE_* */
  uint64_t revision; /* rises by one with each change of the registry */
  sluice_str key;
  uint64_t epoch;
} sluice_change;

typedef struct sluice_registry {
  uint32_t struct_size;
  uint32_t minor;
  /* [any] Authorise and claim the key; completes on `lane`. ctx is the module's until on_done reported
   * failure or publication_end returned. Fails at once only with ARGUMENT, BUSY (inbox full), STATE
   * (draining). */
  sluice_status (*publish_begin)(void* self, sluice_lane* lane, const sluice_publish_request* request,
                                 const sluice_publish_calls* calls, void* ctx, sluice_op** op,
                                 sluice_err* err);
  /* [lane] Give the publication back. */
  void (*publication_end)(sluice_publication* publication, uint32_t how, sluice_str reason);
  /* [any] Authorise and find the stream; completes on `lane`, to which the subscription then belongs. */
  sluice_status (*subscribe_begin)(void* self, sluice_lane* lane, const sluice_subscribe_request* request,
                                   const sluice_subscribe_calls* calls, void* ctx, sluice_op** op,
                                   sluice_err* err);
  /* [lane] End it; no call with its ctx comes afterwards. `reason` is for the operator. */
  void (*subscription_close)(sluice_subscription* subscription, sluice_str reason);
  /* [lane of the completion] Ask an open begin to end early; on_done still comes, with CANCELLED unless it
   * was already decided. The handle dies with on_done. */
  void (*cancel)(sluice_op* op);
  /* [any] Streams as JSON: {"revision": n, "streams": [{key, state, epoch, tracks, viewers, ...}]}.
   * segment_bound_ms: whole seconds, the longest a segment by the cut marks may be, rounded; 0: not settled,
   * which it is when the second segment begins. */
  sluice_status (*list)(void* self, sluice_text* out);
  /* [any] Changes after `revision` (0: from now), on `lane`. If they are no longer known: one RESYNC. */
  sluice_status (*watch_start)(void* self, sluice_lane* lane, uint64_t revision,
                               void (*fn)(void* ctx, const sluice_change* change), void* ctx,
                               sluice_registry_watch** out);
  void (*watch_stop)(sluice_registry_watch* watch); /* [lane] */
} sluice_registry;

#ifdef __cplusplus
}
#endif
#endif
