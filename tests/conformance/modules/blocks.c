/* Blocks its second lane, which runs a loop of its own, once for "block_ms": inside lane_drain ("call"),
 * between drain and sleep ("loop"), or while the host takes it to be asleep ("asleep"). */
#include <stdatomic.h>
#include <stdlib.h>

#include "fixture.h"

typedef struct module {
  const sluice_host* host;
  char json[1024];
  atomic_int go;
} module;

/* poll ends early when a signal asks the thread where it is. */
static __attribute__((noinline)) void block(module* m) {
  const char* at = strstr(m->json, "\"block_ms\":");
  void* self;
  const sluice_clock* clock = fixture_find(m->host, SLUICE_CLOCK_ID, &self);
  const int64_t until = clock->monotonic(self) + (at ? atoi(at + 11) : 0) * INT64_C(1000000);
  for (int64_t now; (now = clock->monotonic(self)) < until;)
    poll(NULL, 0, (int)((until - now) / 1000000) + 1);
}

static void call(void* ctx) { block(ctx); }
static void nudge(void* ctx) { (void)ctx; }

static const sluice_engine* engine_of(module* m, void** self) {
  return fixture_find(m->host, SLUICE_ENGINE_ID, self);
}

static void own_loop(module* m, const sluice_engine* engine, sluice_lane* lane) {
  const int while_asleep = fixture_fault(m->json, "asleep");
  for (;;) {
    sluice_status status = engine->lane_drain(lane);
    struct pollfd wanted = {engine->lane_fd(lane), POLLIN, 0};
    int64_t wake_at = 0;
    const int now = atomic_exchange(&m->go, 0);
    if (status == SLUICE_STATUS_GONE) return;
    if (now && !while_asleep) block(m);
    if (status == SLUICE_STATUS_BUSY || engine->lane_sleep(lane, &wake_at) != SLUICE_STATUS_OK) {
      if (now && while_asleep) atomic_store(&m->go, 1);
      continue;
    }
    if (now && while_asleep) block(m);
    poll(&wanted, 1, -1);
    engine->lane_awake(lane);
  }
}

static void run_lane(void* self, sluice_lane* lane, uint32_t index) {
  module* m = self;
  void* engine_self;
  const sluice_engine* engine = engine_of(m, &engine_self);
  if (index == 0) {
    engine->lane_run(lane);
  } else {
    own_loop(m, engine, lane);
  }
}

static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  module* m = self;
  (void)err;
  if (json.size >= sizeof m->json) return SLUICE_STATUS_LIMIT;
  memcpy(m->json, json.data, json.size);
  m->json[json.size] = 0;
  return SLUICE_STATUS_OK;
}

static sluice_status start(void* self, sluice_err* err) {
  module* m = self;
  void* engine_self;
  const sluice_engine* engine = engine_of(m, &engine_self);
  sluice_lane* lane = engine->lane_at(engine_self, 1);
  (void)err;
  if (fixture_fault(m->json, "call")) return engine->lane_post(lane, call, m);
  atomic_store(&m->go, 1);
  return engine->lane_post(lane, nudge, m);
}

static void stop(void* self) { (void)self; }
static void destroy(void* self) { free(self); }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .configure = configure,
                                          .start = start,
                                          .stop = stop,
                                          .destroy = destroy,
                                          .run_lane = run_lane};
  module* m;
  if (offer->major != SLUICE_ABI_MAJOR) return SLUICE_STATUS_NOT_SUPPORTED;
  if (!(m = calloc(1, sizeof *m))) return SLUICE_STATUS_NO_MEMORY;
  m->host = offer->host;
  fixture_answer(answer, &life, m);
  return SLUICE_STATUS_OK;
}
