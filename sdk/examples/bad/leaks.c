/* Leaves behind what it opened. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bad.h"

static void on_timer(void* ctx) { (void)ctx; }

static void on_event(void* ctx, const sluice_event* event) {
  (void)ctx;
  (void)event;
}

static void on_accepted(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) {
  bad_module* m = ctx;
  (void)lane;
  m->net->connection_close(accepted->connection);
}

/* A thread whose code is all in a library that outlives this one; ours would crash when it is unmapped. */
#define FOREVER ((void* (*)(void*))(void (*)(void))pause)

static sluice_status leak(bad_module* m, sluice_err* err) {
  sluice_timer* timer;
  sluice_event_subscription* heard;
  sluice_listener* listener;
  pthread_t thread;
  (void)err;
  (void)timer, (void)heard, (void)listener, (void)thread;
  (void)on_timer, (void)on_event, (void)on_accepted, (void)m;
#ifdef LEAKS_TIMER
  return m->engine->timer_start(m->lane, bad_in(m, 3600000), on_timer, m, &timer);
#elif defined LEAKS_SUBSCRIPTION
  return m->events->subscribe(m->events_self, m->lane, bad_str("publish."), on_event, m, &heard);
#elif defined LEAKS_LISTENER
  return m->net->listen(m->net_self, bad_str("bad"), on_accepted, m, &listener, err);
#elif defined LEAKS_THREAD
  return pthread_create(&thread, NULL, FOREVER, NULL) == 0 ? SLUICE_STATUS_OK : SLUICE_STATUS_IO;
#elif defined LEAKS_DESCRIPTOR
  return dup(2) >= 0 ? SLUICE_STATUS_OK : SLUICE_STATUS_IO;
#elif defined LEAKS_MEMORY || defined LEAKS_LITTLE
#ifdef LEAKS_MEMORY
  const size_t bytes = 100000;
#else
  const size_t bytes = 4096;
#endif
  static void* volatile newest;
  newest = malloc(bytes);
  return newest ? SLUICE_STATUS_OK : SLUICE_STATUS_NO_MEMORY;
#elif defined LEAKS_MAPPING
  void* room = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return room != MAP_FAILED ? SLUICE_STATUS_OK : SLUICE_STATUS_NO_MEMORY;
#else
  return SLUICE_STATUS_OK;
#endif
}

static sluice_status start(void* self, sluice_err* err) {
  const sluice_status status = bad_start(self, err);
  return status == SLUICE_STATUS_OK ? leak(self, err) : status;
}

BAD_MODULE(0, .start = start)
