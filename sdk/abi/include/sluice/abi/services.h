/* sluice.services/1: how modules use each other. Leases on what another module provides, records handed to
 * whoever provides an interface, and calls, which never run the callee's code on the caller's thread:
 *
 *   asker's lane                 host                          callee's lane
 *   request, invoke ---> copy, queue, or refuse ---> serve(question)
 *   on_done <----------- copy <--------------------- answer(ticket), inside serve or later
 *
 * Nobody is given another module's function table, so nothing of a module can be called after its end.
 * Handles are numbers of the host that never come twice: a stale one is refused, not followed. */
#ifndef SLUICE_ABI_SERVICES_H
#define SLUICE_ABI_SERVICES_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_SERVICES_ID "sluice.services/1"

typedef struct sluice_lease sluice_lease;               /* the holder's */
typedef struct sluice_call sluice_call;                 /* the asker's, until on_done */
typedef struct sluice_ticket sluice_ticket;             /* the callee's, until its answer */
typedef struct sluice_registration sluice_registration; /* the owner's */
typedef struct sluice_record_watch sluice_record_watch; /* the watcher's */

enum {
  SLUICE_MESSAGE_MOST = 262144, /* bytes of a question, of an answer */
  SLUICE_FRAMES_MOST = 16384,   /* frames of an answer */
  SLUICE_DETAILS_MOST = 65536   /* bytes of a record's JSON */
};

/* ---- Being called ----------------------------------------------------------------------------------------
 */

/* Borrowed for the call, but the ticket. */
typedef struct sluice_question {
  uint32_t struct_size;
  uint32_t method; /* as the interface numbers them */
  sluice_bytes bytes;
  sluice_str asker; /* module id */
  sluice_ticket* ticket;
} sluice_question;

/* OK: the ticket was or will be answered. Anything else is the answer itself, if none was given before. */
typedef sluice_status (*sluice_serve)(void* self, const sluice_question* question);

/* "SLserve1" in memory order: tells this table from those the host itself calls (sluice.auth/1). */
#define SLUICE_SERVICE_MARK UINT64_C(0x3165767265734c53)

/* What `query` of the life table gives for an interface that other modules call. Valid, with its self, until
 * destroy returns. */
typedef struct sluice_service {
  uint32_t struct_size;
  uint32_t minor;
  uint64_t mark;      /* SLUICE_SERVICE_MARK */
  sluice_serve serve; /* [control] of the provider */
} sluice_service;

/* ---- Calling ---------------------------------------------------------------------------------------------
 */

/* An answer whose bulk stays where it is: host frames, in the callee's order. Borrowed for the call, both
 * ways; the host keeps the frames from the answer to the end of on_answer, and the asker retains
 * (sluice_engine.frame_retain) what it keeps longer. */
typedef struct sluice_call_answer {
  uint32_t struct_size;
  sluice_status status;
  sluice_bytes bytes; /* unless status is OK: text that says why, perhaps empty */
  const sluice_frame* const* frames;
  uint64_t frame_count; /* at most SLUICE_FRAMES_MOST; 0 unless status is OK */
} sluice_call_answer;

typedef struct sluice_call_request {
  uint32_t struct_size;
  uint32_t method;
  sluice_bytes bytes; /* copied; at most SLUICE_MESSAGE_MOST */
  sluice_lane* lane;  /* of the asker, for on_done */
  /* [lane] Exactly once, never inside the call that began it. `answer` is borrowed; unless status is OK it is
   * text that says why, perhaps empty. Of the host: GONE (the callee ended before it answered), UNASKED
   * (the callee ended or withdrew before it saw the question: its successor can be asked), CANCELLED, LIMIT
   * (the answer is too large, or this module does not take its answers). */
  void (*on_done)(void* ctx, sluice_status status, sluice_bytes answer);
  void* ctx;
  /* [lane] For an asker that takes frames: called in the place of on_done, which may then be null. Null: an
   * answer with frames ends the call with NOT_SUPPORTED. */
  void (*on_answer)(void* ctx, const sluice_call_answer* answer);
} sluice_call_request;

/* ---- Leases ----------------------------------------------------------------------------------------------
 */

typedef struct sluice_lease_request {
  uint32_t struct_size;
  uint32_t minor_min;
  sluice_str iface; /* "com.acme.metering/1" */
  sluice_str
      selector; /* JSON as in a manifest's requires: "name", or {"name": ..., ATTRIBUTE: ...}; empty: any */
} sluice_lease_request;

typedef struct sluice_lease_calls {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] The provider is to stop or was replaced: finish what you began with it and release within the
   * drain deadline, after which you are named in a complaint; acquire again to find its successor. At most
   * once, never after lease_release. Requests go through until the provider has stopped. */
  void (*on_revoked)(void* ctx, sluice_lease* lease, sluice_str reason);
} sluice_lease_calls;

/* Of the provider; the texts are valid until lease_release. */
typedef struct sluice_lease_facts {
  uint32_t struct_size;
  uint32_t minor; /* what it serves, >= minor_min */
  uint32_t generation;
  uint32_t reserved;
  sluice_str module;
  sluice_str name;       /* of its manifest's provides */
  sluice_str attributes; /* JSON object, of the same */
} sluice_lease_facts;

/* ---- Registration records --------------------------------------------------------------------------------
 */

/* What a module wants of whoever provides `iface`, now or later: the host keeps it with its owner, hands it
 * to every provider there is or will be, and withdraws it when the owner ends. */
typedef struct sluice_record {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_str iface; /* "sluice.http/1" */
  sluice_str kind;  /* "route": 1-64 of a-z 0-9 . _ - */
  sluice_str
      name; /* "GET /live/": with iface and kind unique on this host; 1-1024 bytes, no control characters */
  sluice_str details; /* JSON object as the interface defines it, at most SLUICE_DETAILS_MOST; empty: {} */
  sluice_lane* lane;  /* of the owner: serve runs on it */
  sluice_serve serve; /* called with ctx as self; null: nobody calls it */
  void* ctx;
} sluice_record;

enum {
  SLUICE_RECORD_ADDED = 1,
  SLUICE_RECORD_REMOVED = 2,
  SLUICE_RECORD_REPLACED = 3 /* the same iface, kind and name belongs to another registration from now on */
};

typedef struct sluice_record_change {
  uint32_t struct_size;
  uint32_t change;       /* SLUICE_RECORD_* */
  uint64_t registration; /* number for `invoke`; REMOVED: it was */
  uint64_t replaced; /* REPLACED: the number before, which still answers until its owner lets go; else 0 */
  sluice_str kind;
  sluice_str name;
  sluice_str details;
  sluice_str module; /* the owner */
  uint32_t generation;
  uint32_t reserved;
} sluice_record_change;

typedef struct sluice_services {
  uint32_t struct_size;
  uint32_t minor;

  /* [any] Lease what a module provides. Of several that fit: the highest priority of their manifests, else
   * the one that came up first. `facts` may be null. Fails: NOT_FOUND (nobody provides it now, or none fits
   * the selector), NOT_SUPPORTED (minor too low), ARGUMENT, LIMIT, STATE (this module has ended). Once a
   * module that may provide it has come up (event module.state), try again. */
  sluice_status (*acquire)(void* self, sluice_lane* lane, const sluice_lease_request* request,
                           const sluice_lease_calls* calls, void* ctx, sluice_lease_facts* facts,
                           sluice_lease** out, sluice_err* err);
  /* [lane] of acquire. Open calls go on. Fails: NOT_FOUND. */
  sluice_status (*lease_release)(void* self, sluice_lease* lease);

  /* [any] Call the leased provider. `out` may be null. No deadline of its own: set a timer and cancel.
   * Fails: BUSY (its inbox is full, or this module has too many calls open), GONE (it has stopped),
   * NOT_SUPPORTED (it serves no calls), NOT_FOUND (no such lease), ARGUMENT, LIMIT (question too large). */
  sluice_status (*request)(void* self, sluice_lease* lease, const sluice_call_request* request,
                           sluice_call** out, sluice_err* err);
  /* [any] Call the handler of a record, on the record's lane. Fails: as request; GONE: it was withdrawn. */
  sluice_status (*invoke)(void* self, uint64_t registration, const sluice_call_request* request,
                          sluice_call** out, sluice_err* err);
  /* [any] Ask an open call to end early; on_done still comes, with CANCELLED unless it was already decided.
   * The callee is not told: its answer will be refused. Fails: GONE (decided already). */
  sluice_status (*cancel)(void* self, sluice_call* call);
  /* [any] Answer a question, exactly once. `bytes` are copied. Fails: GONE (answered before, cancelled, or
   * the asker has ended), LIMIT (larger than SLUICE_MESSAGE_MOST; the asker gets LIMIT). */
  sluice_status (*answer)(void* self, sluice_ticket* ticket, sluice_status status, sluice_bytes bytes);

  /* [any] Everything is copied. A record of a generation that is to replace a running one of the same module
   * is held until the host switches over. Fails: BUSY (taken; err names both owners), STATE (this generation
   * was replaced), LIMIT (4096 records per module), ARGUMENT. */
  sluice_status (*record_add)(void* self, const sluice_record* record, sluice_registration** out,
                              sluice_err* err);
  /* [lane] of the record: once it returns, serve is not called again. Fails: NOT_FOUND. */
  sluice_status (*record_withdraw)(void* self, sluice_registration* registration);
  /* [any] Hear of the records for an interface, for whoever provides it: those there are as ADDED, then every
   * change, in turn, on `lane`. What came and went in between is left out. Ends by itself when the host is
   * about to stop this module. Fails: ARGUMENT, LIMIT, STATE. */
  sluice_status (*record_watch_start)(void* self, sluice_lane* lane, sluice_str iface,
                                      void (*fn)(void* ctx, const sluice_record_change* change), void* ctx,
                                      sluice_record_watch** out, sluice_err* err);
  /* [lane] fn is not called again. Fails: NOT_FOUND. */
  sluice_status (*record_watch_stop)(void* self, sluice_record_watch* watch);

  /* [any] Who provides, requires, leases and has registered what, as JSON: {"providers": [...],
   * "requirers": [...], "leases": [...], "records": [...], "watches": [...], "calls": n}. */
  sluice_status (*list)(void* self, sluice_text* out);
  /* [any] Answer a question, exactly once, with frames that the callee holds while it calls. Bytes are
   * copied, frames are not. Fails: as answer; LIMIT also: too many frames; NOT_SUPPORTED: the asker takes
   * none (and is told so); ARGUMENT (the ticket is still open). */
  sluice_status (*answer_with)(void* self, sluice_ticket* ticket, const sluice_call_answer* answer);
} sluice_services;

#ifdef __cplusplus
}
#endif
#endif
