/* What a module exports and how it lives.
 *
 * One exported symbol, sluice_entry_v1. Life:
 *   entry [loader] -> configure -> start -> (runs) -> drain -> stop [control] -> lanes end -> destroy
 * [loader] Every call of the life table but `remaining` and `health` happens once, in that order, one at a
 * time; a module that refuses `configure` or `start` gets `stop` only if `start` was called, and `destroy`
 * always. */
#ifndef SLUICE_ABI_MODULE_H
#define SLUICE_ABI_MODULE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One interface as found: its function table and the `self` that goes first into every call of it. */
typedef struct sluice_interface {
  uint32_t struct_size;
  uint32_t minor;    /* what the provider serves */
  const void* table; /* starts with struct_size; valid until the module's destroy returns */
  void* self;
} sluice_interface;

/* The module's seat in the host. Valid from entry until destroy returns. */
typedef struct sluice_host {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* [any] Find an interface of the host by id, e.g. "sluice.engine/1".
   * Fails: NOT_FOUND (no provider), NOT_SUPPORTED (its minor is below minor_min). */
  sluice_status (*get_interface)(void* self, sluice_str id, uint32_t minor_min, sluice_interface* out,
                                 sluice_err* err);
} sluice_host;

typedef struct sluice_health {
  uint32_t struct_size;
  int32_t degraded; /* 0 well, 1 degraded: `reason` says why */
  char reason[240]; /* NUL-terminated */
} sluice_health;

typedef struct sluice_remaining {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t sessions;         /* still open; 0 ends the drain */
  int64_t oldest_session_ns; /* age of the oldest */
} sluice_remaining;

typedef struct sluice_module_life {
  uint32_t struct_size;
  uint32_t reserved;
  /* [control] An interface this module provides, as its manifest promised: of one that other modules call, a
   * sluice_service (services.h). May be asked more than once. Null, or NOT_FOUND: nothing of it is called,
   * others reach it by records alone. */
  sluice_status (*query)(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out);
  /* [control] `json`: this module's effective configuration, checked against its schema, defaults filled in.
   * Object with the member "config" and, where apps override it, "apps": {NAME: config}. Null: it has none.
   * Fails: ARGUMENT with err naming the JSON pointer. */
  sluice_status (*configure)(void* self, sluice_str json, sluice_err* err);
  /* [control] Listen, publish, subscribe: serve. On failure the host takes back all that was opened. */
  sluice_status (*start)(void* self, sluice_err* err);
  /* [control] Same JSON as configure, while running. All or nothing. Null: a change needs a reload. */
  sluice_status (*reconfigure)(void* self, sluice_str json, sluice_err* err);
  /* [control] Null means always well. */
  sluice_status (*health)(void* self, sluice_health* out);
  /* [control] Take no new work; finish or cut what runs, to be done by `deadline_ns` (monotonic). Returns at
   * once; the host then asks `remaining` until it says 0 or the deadline has passed. Null: nothing to do. */
  sluice_status (*drain)(void* self, int64_t deadline_ns);
  /* [control] What is left of the drain. Null: nothing. */
  sluice_status (*remaining)(void* self, sluice_remaining* out);
  /* [control] Close every handle still open. Afterwards the host ends the lanes. */
  void (*stop)(void* self);
  /* [loader] Free everything; all lanes have ended. */
  void (*destroy)(void* self);
  /* [lane] Run one lane's loop on this host-made thread until lane_drain says GONE. Null: the host's own loop
   * (sluice_engine.lane_run). Called once per lane, index 0 is [control], before configure. */
  void (*run_lane)(void* self, sluice_lane* lane, uint32_t index);
} sluice_module_life;

typedef struct sluice_offer {
  uint32_t struct_size;
  uint32_t major;
  uint32_t minor_min; /* the host serves minors minor_min..minor_max of this major */
  uint32_t minor_max;
  uint32_t must_understand; /* feature bits a module has to know; 0 today */
  uint32_t reserved;
  sluice_str host_name;
  sluice_str host_version;
  const sluice_host* host;
} sluice_offer;

typedef struct sluice_answer {
  uint32_t struct_size;     /* in: room; out: used */
  uint32_t minor;           /* chosen, within the offer */
  uint32_t must_understand; /* feature bits the host has to know; 0 today */
  uint32_t reserved;
  sluice_str id;      /* as in the manifest; static text */
  sluice_str version; /* as in the manifest; static text */
  const sluice_module_life* life;
  void* self;
} sluice_answer;

#if defined(__GNUC__)
#define SLUICE_EXPORT __attribute__((visibility("default")))
#else
#define SLUICE_EXPORT
#endif

/* [loader] Fill the answer and nothing else: no threads, sockets or files; at most 10 ms.
 * Fails: NOT_SUPPORTED when the offered minors do not suit. */
SLUICE_EXPORT sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer);

typedef sluice_status (*sluice_entry_fn)(const sluice_offer*, sluice_answer*);

#ifdef __cplusplus
}
#endif
#endif
