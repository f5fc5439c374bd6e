/* A module that does everything it should. Each file beside this one changes one thing of it, and so breaks
 * one rule. */
#ifndef SLUICE_EXAMPLES_BAD_H
#define SLUICE_EXAMPLES_BAD_H

#include <poll.h>
#include <sluice/abi/sluice.h>
#include <stdlib.h>
#include <string.h>

extern const sluice_note_section sluice_module_note; /* written by the build rule from the manifest */

typedef struct bad_module {
  const sluice_host* host;
  const sluice_engine* engine;
  const sluice_registry* registry;
  const sluice_net* net;
  const sluice_events* events;
  const sluice_clock* clock;
  void *engine_self, *registry_self, *net_self, *events_self, *clock_self;
  sluice_lane* lane;
  void* own; /* of the file that includes this */
} bad_module;

static inline sluice_str bad_str(const char* text) {
  sluice_str s = {text, strlen(text)};
  return s;
}

/* Longer than any deadline of the host. */
static inline void bad_hang(void) { poll(NULL, 0, 3600 * 1000); }

/* Longer than a host may be asked to wait for an entry, but not for ever. */
enum { bad_late_ms = 3000 };

/* Null where the host has not got it, or has less of it than the headers say. */
static inline const void* bad_find(const bad_module* m, const char* id, size_t size, void** self) {
  sluice_interface found;
  memset(&found, 0, sizeof found);
  found.struct_size = sizeof found;
  if (m->host->get_interface(m->host->self, bad_str(id), 0, &found, NULL) != SLUICE_STATUS_OK) return NULL;
  if (*(const uint32_t*)found.table < size) return NULL;
  *self = found.self;
  return found.table;
}

static inline sluice_status bad_start(void* self, sluice_err* err) {
  bad_module* m = (bad_module*)self;
  (void)err;
  m->engine = (const sluice_engine*)bad_find(m, SLUICE_ENGINE_ID, sizeof *m->engine, &m->engine_self);
  m->registry =
      (const sluice_registry*)bad_find(m, SLUICE_REGISTRY_ID, sizeof *m->registry, &m->registry_self);
  m->net = (const sluice_net*)bad_find(m, SLUICE_NET_ID, sizeof *m->net, &m->net_self);
  m->events = (const sluice_events*)bad_find(m, SLUICE_EVENTS_ID, sizeof *m->events, &m->events_self);
  m->clock = (const sluice_clock*)bad_find(m, SLUICE_CLOCK_ID, sizeof *m->clock, &m->clock_self);
  if (!m->engine || !m->registry || !m->net || !m->events || !m->clock) return SLUICE_STATUS_NOT_SUPPORTED;
  if (!m->engine->lane_at || !m->clock->monotonic) return SLUICE_STATUS_NOT_SUPPORTED;
  m->lane = m->engine->lane_at(m->engine_self, 0);
  return SLUICE_STATUS_OK;
}

static inline void bad_stop(void* self) { (void)self; }

static inline void bad_destroy(void* self) {
  free(((bad_module*)self)->own);
  free(self);
}

static inline int64_t bad_in(const bad_module* m, int64_t ms) {
  return m->clock->monotonic(m->clock_self) + ms * 1000000;
}

/* A sound answer; `own_size` bytes of the module's own come with it, zeroed. */
static inline sluice_status bad_answer(const sluice_offer* offer, sluice_answer* answer,
                                       const sluice_module_life* life, size_t own_size) {
  const sluice_note* note = &sluice_module_note.descriptor;
  bad_module* m;
  if (offer->major != note->major || offer->minor_max < note->minor_min || offer->must_understand != 0)
    return SLUICE_STATUS_NOT_SUPPORTED;
  m = (bad_module*)calloc(1, sizeof *m);
  if (m) m->own = calloc(1, own_size + 1);
  if (!m || !m->own) return SLUICE_STATUS_NO_MEMORY;
  m->host = offer->host;
  answer->struct_size = sizeof *answer;
  answer->minor = note->minor_built;
  answer->id = bad_str(note->id);
  answer->version = bad_str(note->version);
  answer->life = life;
  answer->self = m;
  return SLUICE_STATUS_OK;
}

/* The entry of a module whose life table is the sound one but for what is named. */
#define BAD_MODULE(own_size, ...)                                                   \
  static const sluice_module_life bad_life = {.struct_size = sizeof bad_life,       \
                                              .start = bad_start,                   \
                                              .stop = bad_stop,                     \
                                              .destroy = bad_destroy,               \
                                              __VA_ARGS__};                         \
  sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) { \
    return bad_answer(offer, answer, &bad_life, own_size);                          \
  }

#endif
