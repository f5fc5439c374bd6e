/* sluice.auth/1 by the stream's name: "ok/..." allow, "no/..." deny, "late/..." never answered, "twice/..."
 * answered again, "fail/..." a failed call, everything else abstain. */
#include "fixture.h"

static char told[4096];

static int starts(sluice_str text, const char* with) {
  return text.size >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

static sluice_status authorise(void* self, const sluice_auth_request* request) {
  (void)self;
  if (starts(request->key, "fail/")) return SLUICE_STATUS_INTERNAL;
  if (starts(request->key, "late/")) return SLUICE_STATUS_OK;
  if (starts(request->key, "ok/")) {
    request->answer(request->ticket, SLUICE_VERDICT_ALLOW, fixture_str("known"));
  } else if (starts(request->key, "no/")) {
    request->answer(request->ticket, SLUICE_VERDICT_DENY, fixture_str("unknown"));
  } else if (starts(request->key, "twice/")) {
    request->answer(request->ticket, SLUICE_VERDICT_DENY, fixture_str("first"));
    request->answer(request->ticket, SLUICE_VERDICT_ALLOW, fixture_str("second"));
  } else {
    request->answer(request->ticket, SLUICE_VERDICT_ABSTAIN, fixture_str(""));
  }
  return SLUICE_STATUS_OK;
}

static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_auth table = {sizeof table, 0, authorise};
  if (minor_min > 0 || !starts(iface, SLUICE_AUTH_ID)) return SLUICE_STATUS_NOT_FOUND;
  if (fixture_fault(told, "no-table")) return SLUICE_STATUS_NOT_FOUND;
  out->minor = 0;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
}

static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  (void)self;
  (void)err;
  if (json.size >= sizeof told) return SLUICE_STATUS_LIMIT;
  memcpy(told, json.data, json.size);
  told[json.size] = 0;
  return SLUICE_STATUS_OK;
}

static sluice_status start(void* self, sluice_err* err) {
  (void)self;
  (void)err;
  return fixture_fault(told, "start-fails") ? SLUICE_STATUS_IO : SLUICE_STATUS_OK;
}

static void nothing(void* self) { (void)self; }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .query = query,
                                          .configure = configure,
                                          .start = start,
                                          .stop = nothing,
                                          .destroy = nothing};
  (void)offer;
  fixture_answer(answer, &life, NULL);
  return SLUICE_STATUS_OK;
}
