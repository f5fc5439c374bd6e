/* Allows who shows one of the configured secrets, as token or password, and abstains otherwise: the next auth
 * module is asked, and where none allows, the host refuses. */
#include <sluice/c/json.h>
#include <sluice/c/module.h>
#include <stdio.h>
#include <stdlib.h>

#include "secrets.h"

typedef struct door {
  const sluice_host* seat;
  sluice_tables host;
  secret_list secrets;
} door;

/* Answers before it returns. An answer that needs time keeps the ticket and comes within five seconds. */
static sluice_status authorise(void* self, const sluice_auth_request* request) {
  const door* d = self;
  const secret* owner;
  char reason[128];
  if (!request || request->struct_size < sizeof *request || !request->answer) return SLUICE_STATUS_ARGUMENT;
  owner = owner_of(&d->secrets, request->credentials.token.data, request->credentials.token.size);
  if (!owner)
    owner = owner_of(&d->secrets, request->credentials.password.data, request->credentials.password.size);
  snprintf(reason, sizeof reason, owner ? "the secret of %s" : "no secret of ours%s",
           owner ? owner->name : "");
  request->answer(request->ticket, owner ? SLUICE_VERDICT_ALLOW : SLUICE_VERDICT_ABSTAIN,
                  sluice_str_of(reason));
  return SLUICE_STATUS_OK;
}

/* What the manifest says under `provides`. */
static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_auth table = {sizeof table, 0, authorise};
  if (iface.size != strlen(SLUICE_AUTH_ID) || memcmp(iface.data, SLUICE_AUTH_ID, iface.size) != 0)
    return SLUICE_STATUS_NOT_FOUND;
  if (minor_min > table.minor) return SLUICE_STATUS_NOT_SUPPORTED;
  out->minor = table.minor;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
}

/* All or nothing: on failure the old list stays in force. */
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  door* d = self;
  const uint64_t count = sluice_json_count(json, "/config/secrets");
  secret_list* const list = calloc(1, sizeof *list);
  sluice_status status = SLUICE_STATUS_OK;
  char pointer[64];
  if (!list) return SLUICE_STATUS_NO_MEMORY;
  while (list->count < count && list->count < SECRET_COUNT_LIMIT && status == SLUICE_STATUS_OK) {
    secret* const one = &list->items[list->count++];
    snprintf(pointer, sizeof pointer, "/config/secrets/%zu/name", list->count - 1);
    status = sluice_json_text(json, pointer, one->name, sizeof one->name);
    if (status != SLUICE_STATUS_OK) break;
    snprintf(pointer, sizeof pointer, "/config/secrets/%zu/secret", list->count - 1);
    status = sluice_json_text(json, pointer, one->text, sizeof one->text);
  }
  if (status == SLUICE_STATUS_OK) d->secrets = *list;
  free(list);
  return status == SLUICE_STATUS_OK ? status : sluice_refuse(err, SLUICE_STATUS_ARGUMENT, pointer, "");
}

static sluice_status start(void* self, sluice_err* err) {
  door* d = self;
  const sluice_status status = sluice_tables_find(d->seat, &d->host, err);
  if (status == SLUICE_STATUS_OK && d->secrets.count == 0)
    SLUICE_SAY(&d->host, SLUICE_LOG_WARN, "no secrets are configured: this module allows nobody");
  return status;
}

static void stop(void* self) { (void)self; }

static void destroy(void* self) { free(self); }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .query = query,
                                          .configure = configure,
                                          .start = start,
                                          .reconfigure = configure,
                                          .stop = stop,
                                          .destroy = destroy};
  const sluice_status status = sluice_suits(offer, answer);
  door* d;
  if (status != SLUICE_STATUS_OK) return status;
  if (!(d = calloc(1, sizeof *d))) return SLUICE_STATUS_NO_MEMORY;
  d->seat = offer->host;
  return sluice_answer_with(offer, answer, &life, d);
}
