/* Leases com.example.turn/1 as soon as somebody provides it, calls it, and registers a page: in plain C. What
 * it should not do it does when its configuration says so. */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

typedef struct module {
  const sluice_host* host;
  const sluice_services* services;
  const sluice_engine* engine;
  const sluice_events* events;
  const sluice_clock* clock;
  void *services_self, *engine_self, *events_self, *clock_self;
  sluice_lane* lane;
  sluice_timer* timer;
  sluice_lease* lease;
  sluice_registration* page;
  char json[4096];
} module;

static void tell(module* m, const char* what, int status, sluice_bytes bytes) {
  char kind[128], details[512];
  sluice_event event;
  memset(&event, 0, sizeof event);
  snprintf(kind, sizeof kind, "%s.%s", sluice_module_note.descriptor.id, what);
  snprintf(details, sizeof details, "{\"status\":%d,\"text\":\"%.*s\"}", status, (int)bytes.size,
           (const char*)bytes.data);
  event.struct_size = sizeof event;
  event.kind = fixture_str(kind);
  event.details = fixture_str(details);
  m->events->emit(m->events_self, &event);
}

static sluice_bytes text(const char* words) {
  sluice_bytes bytes = {(const uint8_t*)words, strlen(words)};
  return bytes;
}

static void on_done(void* ctx, sluice_status status, sluice_bytes answer) {
  tell(ctx, "done", status, answer);
}

static void on_revoked(void* ctx, sluice_lease* lease, sluice_str reason) {
  module* m = ctx;
  (void)reason;
  tell(m, "revoked", 0, text(""));
  if (fixture_fault(m->json, "keeps-lease") || fixture_fault(m->json, "leaks")) return;
  m->services->lease_release(m->services_self, lease);
  m->lease = NULL;
}

static void lease_it(void* ctx) {
  static const sluice_lease_calls calls = {sizeof calls, 0, on_revoked};
  module* m = ctx;
  sluice_lease_request wanted;
  sluice_call_request call;
  m->timer = NULL;
  memset(&wanted, 0, sizeof wanted);
  wanted.struct_size = sizeof wanted;
  wanted.minor_min = 1;
  wanted.iface = fixture_str("com.example.turn/1");
  if (m->services->acquire(m->services_self, m->lane, &wanted, &calls, m, NULL, &m->lease, NULL) !=
      SLUICE_STATUS_OK) {
    m->engine->timer_start(m->lane, m->clock->monotonic(m->clock_self) + 10000000, lease_it, m, &m->timer);
    return;
  }
  memset(&call, 0, sizeof call);
  call.struct_size = sizeof call;
  call.method = fixture_fault(m->json, "leaks") ? 4 : 1; /* 4: is never answered */
  call.bytes = text("abc");
  call.lane = m->lane;
  call.on_done = on_done;
  call.ctx = m;
  m->services->request(m->services_self, m->lease, &call, NULL, NULL);
}

static sluice_status serve(void* ctx, const sluice_question* question) {
  module* m = ctx;
  if (fixture_fault(m->json, "refuses")) return SLUICE_STATUS_DENIED;
  return m->services->answer(m->services_self, question->ticket, SLUICE_STATUS_OK, text("the consumer"));
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
  sluice_record record;
  sluice_status status;
  m->services = fixture_find(m->host, SLUICE_SERVICES_ID, &m->services_self);
  m->engine = fixture_find(m->host, SLUICE_ENGINE_ID, &m->engine_self);
  m->events = fixture_find(m->host, SLUICE_EVENTS_ID, &m->events_self);
  m->clock = fixture_find(m->host, SLUICE_CLOCK_ID, &m->clock_self);
  if (!m->services || !m->engine || !m->events || !m->clock) return SLUICE_STATUS_INTERNAL;
  m->lane = m->engine->lane_at(m->engine_self, 0);
  memset(&record, 0, sizeof record);
  record.struct_size = sizeof record;
  record.iface = fixture_str("com.example.pages/1");
  record.kind = fixture_str("page");
  record.name = fixture_str(fixture_fault(m->json, "takes-page") ? "/user" : "/consumer");
  record.lane = m->lane;
  record.serve = serve;
  record.ctx = m;
  status = m->services->record_add(m->services_self, &record, &m->page, err);
  if (status != SLUICE_STATUS_OK) return status;
  lease_it(m);
  return fixture_fault(m->json, "start-fails") ? SLUICE_STATUS_IO : SLUICE_STATUS_OK;
}

static void stop(void* self) {
  module* m = self;
  if (fixture_fault(m->json, "start-fails") || fixture_fault(m->json, "leaks")) return;
  if (m->timer) m->engine->timer_cancel(m->timer);
  if (m->page) m->services->record_withdraw(m->services_self, m->page);
  if (m->lease) m->services->lease_release(m->services_self, m->lease);
}

static void destroy(void* self) { free(self); }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .configure = configure, .start = start, .stop = stop, .destroy = destroy};
  module* m = calloc(1, sizeof *m);
  if (!m) return SLUICE_STATUS_NO_MEMORY;
  m->host = offer->host;
  fixture_answer(answer, &life, m);
  return SLUICE_STATUS_OK;
}
