/* Calls of the life table that wait, fail or say too little. */
#include <stdio.h>

#include "bad.h"

#if defined START_HANGS
static sluice_status start(void* self, sluice_err* err) {
  bad_hang();
  return bad_start(self, err);
}
BAD_MODULE(0, .start = start)

#elif defined STOP_HANGS
static void stop(void* self) {
  (void)self;
  bad_hang();
}
BAD_MODULE(0, .stop = stop)

#elif defined DESTROY_HANGS
static void destroy(void* self) {
  (void)self;
  bad_hang();
}
BAD_MODULE(0, .destroy = destroy)

#elif defined START_FAILS_HALF_WAY
static void on_timer(void* ctx) { (void)ctx; }

static sluice_status start(void* self, sluice_err* err) {
  bad_module* m = self;
  sluice_timer* timer;
  const sluice_status status = bad_start(self, err);
  if (status != SLUICE_STATUS_OK) return status;
  m->engine->timer_start(m->lane, bad_in(m, 60000), on_timer, m, &timer);
  if (err) snprintf(err->message, sizeof err->message, "the second half did not work");
  return SLUICE_STATUS_IO;
}
BAD_MODULE(0, .start = start)

#elif defined CONFIGURE_TAKES_ANYTHING
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  (void)self;
  (void)json;
  (void)err;
  return SLUICE_STATUS_OK;
}
BAD_MODULE(0, .configure = configure)

#elif defined CONFIGURE_SAYS_NOTHING
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  const char* wanted = "\"rate\":25";
  (void)self;
  (void)err;
  for (uint64_t i = 0; i + strlen(wanted) <= json.size; ++i)
    if (memcmp(json.data + i, wanted, strlen(wanted)) == 0) return SLUICE_STATUS_OK;
  return SLUICE_STATUS_ARGUMENT;
}
BAD_MODULE(0, .configure = configure)

#elif defined DRAIN_NEVER_ENDS
static sluice_status remaining(void* self, sluice_remaining* out) {
  (void)self;
  out->sessions = 1;
  return SLUICE_STATUS_OK;
}
BAD_MODULE(0, .remaining = remaining)

#elif defined HEALTH_FAILS
static sluice_status health(void* self, sluice_health* out) {
  (void)self;
  (void)out;
  return SLUICE_STATUS_INTERNAL;
}
BAD_MODULE(0, .health = health)

#elif defined NO_LOOK_BEFORE_CALL
/* Takes for granted that every method is there. */
static sluice_status start(void* self, sluice_err* err) {
  bad_module* m = self;
  m->clock = bad_find(m, SLUICE_CLOCK_ID, 0, &m->clock_self);
  if (m->clock && m->clock->wall(m->clock_self) == 0) return SLUICE_STATUS_INTERNAL;
  return bad_start(self, err);
}
BAD_MODULE(0, .start = start)
#endif
