/* Providers of sluice.auth/1 that do not answer as they should. */
#include <stdio.h>

#include "bad.h"

static sluice_status authorise(void* self, const sluice_auth_request* request) {
  char reason[256] = "because";
  (void)self;
  (void)reason;
#if defined ANSWERS_TWICE
  request->answer(request->ticket, SLUICE_VERDICT_DENY, bad_str(reason));
  request->answer(request->ticket, SLUICE_VERDICT_ALLOW, bad_str(reason));
#elif defined ANSWERS_NEVER
  (void)request;
#elif defined TELLS_SECRETS
  snprintf(reason, sizeof reason, "%.*s is not the password", (int)(request->credentials.password.size % 200),
           request->credentials.password.data ? request->credentials.password.data : "");
  request->answer(request->ticket, SLUICE_VERDICT_DENY, bad_str(reason));
#elif defined ODD_VERDICT
  request->answer(request->ticket, 7, bad_str(reason));
#elif defined TRUSTS_LENGTHS
  memcpy(reason, request->credentials.token.data, request->credentials.token.size);
  /* What was copied is looked at, lest the compiler leave the copy out. */
  request->answer(request->ticket, SLUICE_VERDICT_DENY, bad_str(reason[0] ? "checked" : "empty"));
#else
  request->answer(request->ticket, SLUICE_VERDICT_DENY, bad_str(reason));
#endif
  return SLUICE_STATUS_OK;
}

static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_auth table = {sizeof table, 0, authorise};
  if (minor_min > 0 || iface.size != strlen(SLUICE_AUTH_ID)) return SLUICE_STATUS_NOT_FOUND;
#ifdef QUERY_FINDS_NOTHING
  (void)table;
  (void)self;
  (void)out;
  return SLUICE_STATUS_NOT_FOUND;
#else
  out->minor = 0;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
#endif
}

BAD_MODULE(0, .query = query)
