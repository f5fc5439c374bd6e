/* One peer: reads lines, answers them, watches at most one stream. All of it on the lane that got the socket.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <sluice/c/module.h>

#include "command.h"

enum { UNSENT_LIMIT = 64 * 1024 };

typedef struct connection {
  struct connection* next;
  const sluice_tables* host;
  sluice_lane* lane;
  sluice_connection* handle; /* null once closed */
  sluice_watch* watch;
  sluice_op* op; /* while the answer to subscribe_begin is on its way */
  sluice_subscription* viewer;
  int64_t opened_at;
  int32_t fd;
  uint32_t events; /* what `watch` watches for */
  size_t in_size, out_size;
  char remote[64];
  char in[LINE_LIMIT];
  char out[2 * UNSENT_LIMIT]; /* no frame is read while it is over half full, and the host counts the lag */
} connection;

/* Null: no memory, and the socket is closed. */
connection* connection_open(const sluice_tables* host, sluice_lane* lane, const sluice_accepted* accepted);
/* Sends what the socket takes and ends. It may still be on the stack: it is freed later, by connection_free.
 */
void connection_close(connection* c, const char* reason);
/* Closed, and no answer with its address in it is on its way. */
int connection_is_over(const connection* c);
void connection_free(connection* c);

#endif
