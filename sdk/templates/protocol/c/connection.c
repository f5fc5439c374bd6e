#include "connection.h"

#include <errno.h>
#include <sluice/c/json.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { FRAMES_PER_TURN = 64 }; /* then others get theirs */

static void flush(connection* c);

/* What a peer asks for and does not read is not kept without end. */
static void say(connection* c, const char* text, size_t size) {
  if (!c->handle) return;
  if (size > sizeof c->out - c->out_size) {
    connection_close(c, "the peer does not read");
    return;
  }
  memcpy(c->out + c->out_size, text, size);
  c->out_size += size;
  flush(c);
}

static void say_text(connection* c, const char* text) { say(c, text, strlen(text)); }

static void flush(connection* c) {
  uint32_t events;
  while (c->handle && c->out_size > 0) {
    const ssize_t count = send(c->fd, c->out, c->out_size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      c->out_size -= (size_t)count;
      memmove(c->out, c->out + count, c->out_size);
    } else if (count < 0 && errno == EAGAIN) {
      break;
    } else if (count == 0 || errno != EINTR) {
      c->out_size = 0;
      connection_close(c, "the peer is gone");
    }
  }
  events = SLUICE_WATCH_READ | (c->out_size > 0 ? SLUICE_WATCH_WRITE : 0u);
  if (!c->watch || events == c->events) return;
  c->events = events;
  c->host->engine->watch_change(c->watch, events);
}

/* Reads while there is room for what it says. Once a read gave nothing the host calls on_ready for more. */
static void pump(connection* c) {
  sluice_batch batch = {.struct_size = sizeof batch};
  while (c->handle && c->viewer && c->out_size < UNSENT_LIMIT &&
         c->host->engine->read(c->viewer, FRAMES_PER_TURN, &batch) == SLUICE_STATUS_OK && batch.count > 0) {
    char lines[FRAMES_PER_TURN * FRAME_LINE_LIMIT];
    size_t size = 0;
    uint32_t i;
    for (i = 0; i < batch.count; i++) {
      const sluice_frame* frame = batch.entries[i].frame;
      size += frame_line(lines + size, frame->track->id, frame->dts, frame->bytes,
                         (frame->flags & SLUICE_FRAME_KEY) != 0);
    }
    c->host->engine->sent(c->viewer, size);
    say(c, lines, size);
  }
}

/* ---- Watching -------------------------------------------------------------------------------------------
 */

static void on_done(void* ctx, sluice_status status, sluice_subscription* viewer, const sluice_err* err) {
  connection* c = ctx;
  c->op = NULL;
  if (status == SLUICE_STATUS_OK && !c->handle) { /* closed while it was on its way */
    c->host->registry->subscription_close(viewer, sluice_str_of("closed"));
  } else if (status == SLUICE_STATUS_OK) {
    c->viewer = viewer;
    pump(c);
  } else if (err) {
    char line[sizeof err->message + 16];
    say(c, line, (size_t)snprintf(line, sizeof line, "ERROR %s\n", err->message));
  }
}

static void on_ready(void* ctx, sluice_subscription* viewer) {
  (void)viewer;
  pump(ctx);
}

static void stop_watching(connection* c, const char* reason) {
  if (c->op) c->host->registry->cancel(c->op); /* on_done still comes */
  if (c->viewer) c->host->registry->subscription_close(c->viewer, sluice_str_of(reason));
  c->viewer = NULL;
}

static void on_closed(void* ctx, sluice_status why, sluice_str reason) {
  char line[256];
  (void)why;
  snprintf(line, sizeof line, "END %.*s\n", (int)(reason.size < 200 ? reason.size : 200),
           reason.data ? reason.data : "");
  stop_watching(ctx, "the stream ended");
  say_text(ctx, line);
}

/* The host asks the auth modules; their answer comes to on_done. */
static void watch(connection* c, const char* stream) {
  static const sluice_subscribe_calls calls = {sizeof calls, 0, on_done, on_ready, on_closed};
  sluice_subscribe_request request = {.struct_size = sizeof request, .key = sluice_str_of(stream)};
  request.peer.struct_size = sizeof request.peer;
  request.peer.protocol = sluice_str_of("lines");
  request.peer.address = sluice_str_of(c->remote);
  request.credentials.struct_size = sizeof request.credentials;
  if (c->op) {
    say_text(c, "ERROR the last WATCH is not answered yet\n");
    return;
  }
  stop_watching(c, "another stream was asked for");
  if (c->host->registry->subscribe_begin(c->host->registry_self, c->lane, &request, &calls, c, &c->op,
                                         NULL) != SLUICE_STATUS_OK)
    say_text(c, "ERROR this cannot be watched\n");
}

/* ---- Listing --------------------------------------------------------------------------------------------
 */

/* The registry's list, to be freed; null when there is no memory. */
static char* registry_list(connection* c, sluice_str* out) {
  sluice_text text = {NULL, 4096, 0};
  sluice_status status;
  do {
    free(text.data);
    if (text.size > text.capacity) text.capacity = text.size; /* what it said it needs */
    if (!(text.data = malloc(text.capacity))) return NULL;
    status = c->host->registry->list(c->host->registry_self, &text);
  } while (status == SLUICE_STATUS_LIMIT && text.size > text.capacity);
  out->data = text.data;
  out->size = status == SLUICE_STATUS_OK ? text.size : 0;
  return text.data;
}

static void list(connection* c) {
  sluice_str json;
  char* const owned = registry_list(c, &json);
  const uint64_t count = owned ? sluice_json_count(json, "/streams") : 0;
  uint64_t i;
  char line[512];
  for (i = 0; i < count && c->handle; i++) {
    char pointer[64], key[256], state[32];
    snprintf(pointer, sizeof pointer, "/streams/%llu/key", (unsigned long long)i);
    sluice_json_text(json, pointer, key, sizeof key);
    snprintf(pointer, sizeof pointer, "/streams/%llu/state", (unsigned long long)i);
    sluice_json_text(json, pointer, state, sizeof state);
    say(c, line, (size_t)snprintf(line, sizeof line, "%s %s\n", key, state));
  }
  free(owned);
  say(c, line, (size_t)snprintf(line, sizeof line, "OK %llu streams\n", (unsigned long long)count));
}

/* ---- Reading and life -----------------------------------------------------------------------------------
 */

static void answer(connection* c, const char* line) {
  const char* stream;
  switch (parse_command(line, &stream)) {
    case VERB_LIST:
      list(c);
      break;
    case VERB_WATCH:
      watch(c, stream);
      break;
    case VERB_QUIT:
      connection_close(c, "the peer said goodbye");
      break;
    case VERB_UNKNOWN:
      say_text(c, "ERROR expected LIST, WATCH app/name or QUIT\n");
      break;
  }
}

static void read_lines(connection* c) {
  size_t used;
  const char* line;
  const ssize_t count = recv(c->fd, c->in + c->in_size, sizeof c->in - c->in_size, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    connection_close(c, "the peer is gone");
    return;
  }
  c->in_size += (size_t)count;
  while (c->handle && (line = take_line(c->in, c->in_size, &used))) {
    answer(c, line);
    c->in_size -= used;
    memmove(c->in, c->in + used, c->in_size);
  }
  if (c->handle && c->in_size == sizeof c->in) {
    say_text(c, "ERROR the line is too long\n");
    connection_close(c, "a line too long");
  }
}

static void on_event(void* ctx, uint32_t events) {
  connection* c = ctx;
  if (events & SLUICE_WATCH_WRITE) {
    flush(c);
    pump(c);
  }
  if (c->handle && (events & (SLUICE_WATCH_READ | SLUICE_WATCH_ERROR))) read_lines(c);
}

connection* connection_open(const sluice_tables* host, sluice_lane* lane, const sluice_accepted* accepted) {
  connection* const c = calloc(1, sizeof *c);
  const size_t size = accepted->remote.size < sizeof c->remote ? accepted->remote.size : sizeof c->remote - 1;
  if (!c) {
    host->net->connection_close(accepted->connection);
    return NULL;
  }
  c->host = host;
  c->lane = lane;
  c->handle = accepted->connection;
  c->fd = accepted->fd;
  c->opened_at = sluice_now(host);
  c->events = SLUICE_WATCH_READ;
  memcpy(c->remote, accepted->remote.data, size);
  if (host->engine->watch_start(lane, c->fd, c->events, on_event, c, &c->watch) != SLUICE_STATUS_OK)
    connection_close(c, "the lane watches no more sockets");
  say_text(c, "LIST, WATCH app/name, QUIT\n");
  return c;
}

void connection_close(connection* c, const char* reason) {
  if (c->handle) flush(c);
  if (!c->handle) return; /* flush may have found the peer gone */
  stop_watching(c, reason);
  if (c->watch) c->host->engine->watch_stop(c->watch);
  c->watch = NULL;
  c->host->net->connection_close(c->handle);
  c->handle = NULL;
}

int connection_is_over(const connection* c) { return !c->handle && !c->op; }

void connection_free(connection* c) { free(c); }
