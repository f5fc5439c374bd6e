/* sluice.auth/1: provided by modules. Once one is loaded, what no provider allows is refused. */
#ifndef SLUICE_ABI_AUTH_H
#define SLUICE_ABI_AUTH_H

#include "registry.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_AUTH_ID "sluice.auth/1"

enum { SLUICE_ACTION_PUBLISH = 1, SLUICE_ACTION_PLAY = 2 };

enum {
  SLUICE_VERDICT_ABSTAIN = 0, /* not mine to judge: ask the next provider */
  SLUICE_VERDICT_ALLOW = 1,
  SLUICE_VERDICT_DENY = 2 /* ends the chain */
};

typedef struct sluice_auth_ticket sluice_auth_ticket;

typedef struct sluice_auth_request {
  uint32_t struct_size;
  uint32_t action; /* SLUICE_ACTION_* */
  sluice_str key;
  sluice_peer peer;
  sluice_credentials credentials;
  sluice_auth_ticket* ticket;
  /* [any] Answer, exactly once, inside authorise or later (within 5 s, else it counts as DENY; a second
   * answer counts for nothing and is logged). `reason` goes
   * to the log and, in general words, to the peer; no secrets in it. */
  void (*answer)(sluice_auth_ticket* ticket, uint32_t verdict, sluice_str reason);
} sluice_auth_request;

typedef struct sluice_auth {
  uint32_t struct_size;
  uint32_t minor;
  /* [control] of the provider. Everything but the ticket is borrowed for the call. A failure counts as DENY.
   */
  sluice_status (*authorise)(void* self, const sluice_auth_request* request);
} sluice_auth;

#ifdef __cplusplus
}
#endif
#endif
