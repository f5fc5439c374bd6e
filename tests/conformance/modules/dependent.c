/* Runs only where somebody provides com.example.echo/1. Promises nothing about unloading but keeps it. */
#include "fixture.h"

static const sluice_host* host;

static sluice_status start(void* self, sluice_err* err) {
  void* log_self;
  const sluice_log* log = fixture_find(host, SLUICE_LOG_ID, &log_self);
  (void)self;
  (void)err;
  if (!log) return SLUICE_STATUS_INTERNAL;
  log->write(log_self, SLUICE_LOG_DEBUG, NULL, fixture_str("a detail of its start"), NULL, 0);
  return SLUICE_STATUS_OK;
}

static void nothing(void* self) { (void)self; }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .start = start, .stop = nothing, .destroy = nothing};
  host = offer->host;
  fixture_answer(answer, &life, NULL);
  return SLUICE_STATUS_OK;
}
