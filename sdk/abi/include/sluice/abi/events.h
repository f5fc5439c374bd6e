/* sluice.events/1: things that happened, for whoever wants to hear. Telling never stalls media: a listener
 * that does not keep up loses events and is told how many. */
#ifndef SLUICE_ABI_EVENTS_H
#define SLUICE_ABI_EVENTS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_EVENTS_ID "sluice.events/1"

/* Kinds of the host: publish.started publish.lost publish.returned publish.ended publish.denied play.started
 * play.ended play.denied track.changed stream.discontinuity subscription.lagged subscription.evicted
 * packaging.started packaging.ended module.state. A module's own start with its id. */
typedef struct sluice_event {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t number; /* rises by one; a gap: some were lost */
  int64_t wall;    /* ns since 1970-01-01 UTC */
  sluice_str kind;
  sluice_str stream;  /* key, may be empty */
  sluice_str module;  /* who told */
  sluice_str details; /* JSON object */
} sluice_event;

typedef struct sluice_events {
  uint32_t struct_size;
  uint32_t minor;
  /* [any] Tell; number, wall and module are filled in by the host. Fails: ARGUMENT, BUSY. */
  sluice_status (*emit)(void* self, const sluice_event* event);
  /* [any] Hear, on `lane`, every event whose kind starts with `prefix` (empty: all). The event is borrowed.
   */
  sluice_status (*subscribe)(void* self, sluice_lane* lane, sluice_str prefix,
                             void (*fn)(void* ctx, const sluice_event* event), void* ctx,
                             sluice_event_subscription** out);
  void (*unsubscribe)(sluice_event_subscription* subscription); /* [lane] */
} sluice_events;

#ifdef __cplusplus
}
#endif
#endif
