/* Treats its connections badly. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "bad.h"

enum { most = 512 };

typedef struct client {
  bad_module* owner;
  sluice_connection* connection;
  sluice_watch* watch;
  int fd;
} client;

typedef struct own {
  sluice_listener* listener;
  client clients[most];
} own;

static void let_go(client* c) {
  if (c->watch) c->owner->engine->watch_stop(c->watch);
  if (c->connection) c->owner->net->connection_close(c->connection);
  c->watch = NULL;
  c->connection = NULL;
}

static void on_readable(void* ctx, uint32_t events) {
  client* c = ctx;
  unsigned char bytes[512];
  ssize_t got;
  (void)events;
#ifdef BLOCKS /* one slow peer, and the whole lane waits for it */
  fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) & ~O_NONBLOCK);
  for (size_t all = 0; all < sizeof bytes; all += (size_t)got)
    if ((got = read(c->fd, bytes + all, sizeof bytes - all)) <= 0) break;
#else
  got = read(c->fd, bytes, sizeof bytes);
#endif
#ifdef CRASHES_ON_BYTES /* a parser that trusts a length */
  if (got > 0 && bytes[0] > 0x7f) *(volatile int*)NULL = 1;
#endif
  if (got < 0 && errno == EAGAIN) return;
#ifdef IGNORES_HANG_UPS
  if (got <= 0) c->owner->engine->watch_stop(c->watch), c->watch = NULL;
#else
  if (got <= 0) let_go(c);
#endif
}

static void on_accepted(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) {
  bad_module* m = ctx;
  own* mine = m->own;
  for (int i = 0; i < most; ++i) {
    client* c = &mine->clients[i];
    if (c->connection) continue;
    c->owner = m;
    c->connection = accepted->connection;
    c->fd = accepted->fd;
    m->engine->watch_start(lane, c->fd, SLUICE_WATCH_READ, on_readable, c, &c->watch);
    return;
  }
  m->net->connection_close(accepted->connection);
}

static sluice_status start(void* self, sluice_err* err) {
  bad_module* m = self;
  const sluice_status status = bad_start(self, err);
  if (status != SLUICE_STATUS_OK) return status;
  return m->net->listen(m->net_self, bad_str("bad"), on_accepted, m, &((own*)m->own)->listener, err);
}

static void close_listener(bad_module* m) {
  own* mine = m->own;
  if (mine->listener) m->net->listener_close(mine->listener);
  mine->listener = NULL;
}

static sluice_status drain(void* self, int64_t deadline_ns) {
  (void)deadline_ns;
#ifndef DRAIN_IGNORED
  close_listener(self);
#else
  (void)self;
#endif
  return SLUICE_STATUS_OK;
}

static sluice_status remaining(void* self, sluice_remaining* out) {
#ifndef DRAIN_IGNORED
  const own* mine = ((bad_module*)self)->own;
  for (int i = 0; i < most; ++i) out->sessions += mine->clients[i].connection ? 1 : 0;
#else
  (void)self;
  (void)out;
#endif
  return SLUICE_STATUS_OK;
}

static void stop(void* self) {
  bad_module* m = self;
  close_listener(m);
#ifndef LEAKS_CONNECTION
  for (int i = 0; i < most; ++i) let_go(&((own*)m->own)->clients[i]);
#endif
}

BAD_MODULE(sizeof(own), .start = start, .drain = drain, .remaining = remaining, .stop = stop)
