/* A line protocol one can speak with nc: who is live, and a line for every frame of a stream.
 *
 * One thread (threads.max in the manifest), so everything happens on lane 0. With more of them each lane
 * keeps its own connections, and the module's run_lane ends them on their own thread. */
#include <sluice/c/module.h>
#include <stdlib.h>

#include "connection.h"

typedef struct lines {
  const sluice_host* seat;
  sluice_tables host;
  sluice_listener* listener;
  connection* connections;
  int draining;
} lines;

/* Frees the connections that are over; while draining those that watch nothing end first. */
static void sweep(lines* m) {
  connection** at = &m->connections;
  while (*at) {
    connection* const c = *at;
    if (m->draining && !c->viewer) connection_close(c, "draining");
    if (connection_is_over(c)) {
      *at = c->next;
      connection_free(c);
    } else {
      at = &c->next;
    }
  }
}

static void on_connection(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) {
  lines* m = ctx;
  connection* c;
  sweep(m);
  if (!(c = connection_open(&m->host, lane, accepted))) return;
  c->next = m->connections;
  m->connections = c;
}

static sluice_status start(void* self, sluice_err* err) {
  lines* m = self;
  const sluice_status status = m->listener ? SLUICE_STATUS_STATE : sluice_tables_find(m->seat, &m->host, err);
  if (status != SLUICE_STATUS_OK) return status;
  return m->host.net->listen(m->host.net_self, sluice_str_of("lines"), on_connection, m, &m->listener, err);
}

static void close_listener(lines* m) {
  if (m->listener) m->host.net->listener_close(m->listener);
  m->listener = NULL;
}

/* No new connections; those that watch nothing end now, the others with their stream or at the deadline. */
static sluice_status drain(void* self, int64_t deadline_ns) {
  lines* m = self;
  (void)deadline_ns;
  close_listener(m);
  m->draining = 1;
  return SLUICE_STATUS_OK;
}

/* Asked again and again while it drains. */
static sluice_status remaining(void* self, sluice_remaining* out) {
  lines* m = self;
  const connection* c;
  sweep(m);
  out->sessions = 0;
  out->oldest_session_ns = 0;
  for (c = m->connections; c; c = c->next) {
    const int64_t age = sluice_now(&m->host) - c->opened_at;
    if (age > out->oldest_session_ns) out->oldest_session_ns = age;
    out->sessions++;
  }
  return SLUICE_STATUS_OK;
}

/* When it returns no handle of the host may be left but operations whose answer is on its way. */
static void stop(void* self) {
  lines* m = self;
  connection* c;
  close_listener(m);
  for (c = m->connections; c; c = c->next) connection_close(c, "stopped");
}

/* All lanes have ended and all answers have come. */
static void destroy(void* self) {
  lines* m = self;
  while (m->connections) {
    connection* const c = m->connections;
    m->connections = c->next;
    connection_free(c);
  }
  free(m);
}

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .start = start,
                                          .drain = drain,
                                          .remaining = remaining,
                                          .stop = stop,
                                          .destroy = destroy};
  const sluice_status status = sluice_suits(offer, answer);
  lines* m;
  if (status != SLUICE_STATUS_OK) return status;
  if (!(m = calloc(1, sizeof *m))) return SLUICE_STATUS_NO_MEMORY;
  m->seat = offer->host;
  return sluice_answer_with(offer, answer, &life, m);
}
