/* A module that does everything it should, or, told so by its configuration, one thing it should not. It
 * echoes what its connections send. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

enum { max_clients = 2048 };

typedef struct module module;

typedef struct client {
  module* owner;
  sluice_connection* connection;
  sluice_watch* watch;
  int fd;
} client;

struct module {
  const sluice_host* host;
  const sluice_net* net;
  const sluice_engine* engine;
  const sluice_events* events;
  const sluice_registry* registry;
  const sluice_clock* clock;
  void *net_self, *engine_self, *events_self, *registry_self, *clock_self;
  sluice_lane* lane;
  sluice_listener* listener;
  sluice_timer* timer;
  sluice_event_subscription* heard;
  sluice_registry_watch* watch;
  sluice_publication* publication;
  sluice_op* op;
  client clients[max_clients];
  char json[4096];
  int stopped;
};

/* For what happens before there is a configuration. */
static int told(const char* fault) {
  const char* word = getenv("SLUICE_FIXTURE_FAULT");
  return word && strcmp(word, fault) == 0;
}

__attribute__((constructor)) static void initialise(void) {
  if (told("constructor-aborts")) abort();
}

static void close_client(client* c) {
  if (c->watch) c->owner->engine->watch_stop(c->watch);
  if (c->connection) c->owner->net->connection_close(c->connection);
  c->watch = NULL;
  c->connection = NULL;
}

static void on_readable(void* ctx, uint32_t events) {
  client* c = ctx;
  char bytes[512];
  ssize_t got = read(c->fd, bytes, sizeof bytes);
  (void)events;
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0 || write(c->fd, bytes, (size_t)got) != got) close_client(c);
}

static void on_accepted(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) {
  module* m = ctx;
  for (int i = 0; i < max_clients; ++i) {
    client* c = &m->clients[i];
    if (c->connection) continue;
    c->owner = m;
    c->connection = accepted->connection;
    c->fd = accepted->fd;
    m->engine->watch_start(lane, c->fd, SLUICE_WATCH_READ, on_readable, c, &c->watch);
    return;
  }
  m->net->connection_close(accepted->connection);
}

static void on_timer(void* ctx) {
  module* m = ctx;
  m->timer = NULL;
  m->engine->timer_start(m->lane, m->clock->monotonic(m->clock_self) + 10000000, on_timer, m, &m->timer);
}

static void on_event(void* ctx, const sluice_event* event) {
  (void)ctx;
  (void)event;
}

static void on_change(void* ctx, const sluice_change* change) {
  (void)ctx;
  (void)change;
}

static void on_revoked(void* ctx, sluice_status why, sluice_str reason) {
  module* m = ctx;
  (void)why;
  (void)reason;
  m->registry->publication_end(m->publication, SLUICE_END_CLEAN, fixture_str("revoked"));
  m->publication = NULL;
}

static void on_published(void* ctx, sluice_status status, sluice_publication* publication,
                         const sluice_err* err) {
  module* m = ctx;
  (void)err;
  m->op = NULL;
  if (status != SLUICE_STATUS_OK) return;
  m->publication = publication;
  if (m->stopped)
    on_revoked(m, SLUICE_STATUS_CANCELLED, fixture_str("")); /* decided before the cancel came */
}

static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  module* m = self;
  if (json.size >= sizeof m->json) return SLUICE_STATUS_LIMIT;
  memcpy(m->json, json.data, json.size);
  m->json[json.size] = 0;
  if (fixture_fault(m->json, "configure-slow")) fixture_hang();
  if (!fixture_fault(m->json, "configure-refuses")) return SLUICE_STATUS_OK;
  if (err) snprintf(err->message, sizeof err->message, "/fault: \"configure-refuses\" is not to its taste");
  return SLUICE_STATUS_ARGUMENT;
}

static sluice_status publish(module* m, sluice_err* err) {
  static const sluice_publish_calls calls = {sizeof calls, 0, on_published, on_revoked, NULL};
  sluice_publish_request request;
  memset(&request, 0, sizeof request);
  request.struct_size = sizeof request;
  request.key = fixture_str("test/wellbehaved");
  request.peer.struct_size = sizeof request.peer;
  request.peer.flags = SLUICE_PEER_LOCAL_MODULE;
  request.credentials.struct_size = sizeof request.credentials;
  return m->registry->publish_begin(m->registry_self, m->lane, &request, &calls, m, &m->op, err);
}

static sluice_status start(void* self, sluice_err* err) {
  module* m = self;
  sluice_status status;
  m->net = fixture_find(m->host, SLUICE_NET_ID, &m->net_self);
  m->engine = fixture_find(m->host, SLUICE_ENGINE_ID, &m->engine_self);
  m->events = fixture_find(m->host, SLUICE_EVENTS_ID, &m->events_self);
  m->registry = fixture_find(m->host, SLUICE_REGISTRY_ID, &m->registry_self);
  m->clock = fixture_find(m->host, SLUICE_CLOCK_ID, &m->clock_self);
  if (!m->net || !m->engine || !m->events || !m->registry || !m->clock) return SLUICE_STATUS_INTERNAL;
  m->lane = m->engine->lane_at(m->engine_self, 0);
  if (fixture_fault(m->json, "start-slow")) fixture_hang();
  status = m->net->listen(m->net_self, fixture_str("echo"), on_accepted, m, &m->listener, err);
  if (status != SLUICE_STATUS_OK) return status;
  on_timer(m);
  m->events->subscribe(m->events_self, m->lane, fixture_str("publish."), on_event, m, &m->heard);
  m->registry->watch_start(m->registry_self, m->lane, 0, on_change, m, &m->watch);
  if ((status = publish(m, err)) != SLUICE_STATUS_OK) return status;
  if (!fixture_fault(m->json, "start-fails")) return SLUICE_STATUS_OK;
  if (err) {
    snprintf(err->message, sizeof err->message, "it was told to fail");
    snprintf(err->hint, sizeof err->hint, "do not tell it to");
  }
  return SLUICE_STATUS_IO;
}

static sluice_status health(void* self, sluice_health* out) {
  module* m = self;
  if (!fixture_fault(m->json, "unwell")) return SLUICE_STATUS_OK;
  out->degraded = 1;
  snprintf(out->reason, sizeof out->reason, "a cold");
  return SLUICE_STATUS_OK;
}

static sluice_status drain(void* self, int64_t deadline_ns) {
  (void)self;
  (void)deadline_ns;
  return SLUICE_STATUS_OK;
}

static sluice_status remaining(void* self, sluice_remaining* out) {
  module* m = self;
  for (int i = 0; i < max_clients; ++i) out->sessions += m->clients[i].connection ? 1 : 0;
  return SLUICE_STATUS_OK;
}

static void stop(void* self) {
  module* m = self;
  /* Half-started or leaking on purpose: the host's ledger is what is tested. */
  if (fixture_fault(m->json, "start-fails") || fixture_fault(m->json, "leaks")) return;
  if (fixture_fault(m->json, "stop-slow")) fixture_hang();
  m->stopped = 1;
  for (int i = 0; i < max_clients; ++i) close_client(&m->clients[i]);
  if (m->op) m->registry->cancel(m->op);
  if (m->listener) m->net->listener_close(m->listener);
  if (m->timer) m->engine->timer_cancel(m->timer);
  if (m->heard) m->events->unsubscribe(m->heard);
  if (m->watch) m->registry->watch_stop(m->watch);
  if (m->publication) m->registry->publication_end(m->publication, SLUICE_END_CLEAN, fixture_str("stop"));
}

static void destroy(void* self) {
  module* m = self;
  if (fixture_fault(m->json, "destroy-slow")) fixture_hang();
  free(m);
}

static void run_lane(void* self, sluice_lane* lane, uint32_t index) {
  module* m = self;
  sluice_interface found;
  const sluice_engine* engine;
  (void)index;
  memset(&found, 0, sizeof found);
  found.struct_size = sizeof found;
  m->host->get_interface(m->host->self, fixture_str(SLUICE_ENGINE_ID), 0, &found, NULL);
  engine = found.table;
  engine->lane_run(lane);
}

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .configure = configure,
                                          .start = start,
                                          .health = health,
                                          .drain = drain,
                                          .remaining = remaining,
                                          .stop = stop,
                                          .destroy = destroy,
                                          .run_lane = run_lane};
  module* m;
  if (offer->major != SLUICE_ABI_MAJOR) return SLUICE_STATUS_NOT_SUPPORTED;
  if (told("entry-fails")) return SLUICE_STATUS_INTERNAL;
  if (!(m = calloc(1, sizeof *m))) return SLUICE_STATUS_NO_MEMORY;
  m->host = offer->host;
  fixture_answer(answer, &life, m);
  return SLUICE_STATUS_OK;
}
