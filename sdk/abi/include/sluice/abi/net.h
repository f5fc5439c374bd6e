/* sluice.net/1: listening sockets that belong to the host, so that a module can be replaced without closing
 * one. Which addresses: the listener's configuration ("listen": one "ADDRESS:PORT" or "unix:/PATH", or a
 * list), else the manifest. */
#ifndef SLUICE_ABI_NET_H
#define SLUICE_ABI_NET_H

#include "registry.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_NET_ID "sluice.net/1"

/* A connection the host accepted. The descriptor is non-blocking, TCP_NODELAY set on TCP; the module reads
 * and writes it but does not close it: connection_close does. */
typedef struct sluice_accepted {
  uint32_t struct_size;
  int32_t fd;
  sluice_connection* connection;
  sluice_str remote; /* "192.0.2.7:50123", or "unix" through a Unix socket; borrowed for the call */
  sluice_str local;
  uint32_t loopback; /* 1 if the remote address is of this host's loopback, or "unix" */
  uint32_t reserved;
} sluice_accepted;

typedef struct sluice_net {
  uint32_t struct_size;
  uint32_t minor;
  /* [control] Open the manifest's listener of this name. Connections are spread over the module's lanes, to
   * the one with the fewest; fn is called on it. Fails: NOT_FOUND (name), IO (address in use; err says which
   * and by whom if known). */
  sluice_status (*listen)(void* self, sluice_str name,
                          void (*fn)(void* ctx, sluice_lane* lane, const sluice_accepted* accepted),
                          void* ctx, sluice_listener** out, sluice_err* err);
  /* [control] Bound addresses as text, one "ADDRESS:PORT" or "unix:/PATH" a line (ports chosen by the system
   * are filled in).
   */
  sluice_status (*addresses)(sluice_listener* listener, sluice_text* out);
  /* [control] Stop accepting for this module. */
  void (*listener_close)(sluice_listener* listener);
  /* [lane] Close the descriptor and count the connection out. */
  void (*connection_close)(sluice_connection* connection);
} sluice_net;

#ifdef __cplusplus
}
#endif
#endif
