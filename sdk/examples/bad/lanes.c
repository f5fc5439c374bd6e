/* Lanes that are left, held up, or used from elsewhere. */
#include "bad.h"

#if defined RUN_LANE_RETURNS
static void run_lane(void* self, sluice_lane* lane, uint32_t index) {
  (void)self;
  (void)lane;
  (void)index;
}
BAD_MODULE(0, .run_lane = run_lane)

#else

typedef struct own {
  sluice_timer* timer;
} own;

static void on_timer(void* ctx) {
  bad_module* m = ctx;
  ((own*)m->own)->timer = NULL;
#ifdef LANE_BLOCKED
  poll(NULL, 0, 2500);
#endif
}

static sluice_status start(void* self, sluice_err* err) {
  bad_module* m = self;
  sluice_lane* lane;
  sluice_status status = bad_start(self, err);
  if (status != SLUICE_STATUS_OK) return status;
  lane = m->lane;
#ifdef WRONG_THREAD /* the second lane's timer, started and cancelled on the first */
  lane = m->engine->lane_at(m->engine_self, 1);
#endif
  status = m->engine->timer_start(lane, bad_in(m, 300), on_timer, m, &((own*)m->own)->timer);
#ifdef STALE_HANDLE
  m->engine->timer_cancel(((own*)m->own)->timer);
  m->engine->timer_cancel(((own*)m->own)->timer);
  ((own*)m->own)->timer = NULL;
#endif
  return status;
}

static void stop(void* self) {
  bad_module* m = self;
  own* mine = m->own;
  if (mine->timer) m->engine->timer_cancel(mine->timer);
  mine->timer = NULL;
}

BAD_MODULE(sizeof(own), .start = start, .stop = stop)
#endif
