/* Faults in what becomes of a configuration: when it is read, and when it changes. */
#include <stdio.h>

#include "bad.h"

/* The text after `"name":`; null when it is not there. */
static const char* setting(sluice_str json, const char* quoted_name) {
  const size_t size = strlen(quoted_name);
  for (uint64_t i = 0; i + size < json.size; ++i)
    if (memcmp(json.data + i, quoted_name, size) == 0) return json.data + i + size;
  return NULL;
}

#if defined COPIES_WITHOUT_LOOKING
/* Trusts that nobody gives a long name. */
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  volatile char name[64];
  const char* text = setting(json, "\"name\":\"");
  size_t i = 0;
  (void)self;
  if (!text) {
    if (err) snprintf(err->message, sizeof err->message, "/config/name is missing, a string was expected");
    return SLUICE_STATUS_ARGUMENT;
  }
  for (; text[i] != '"'; ++i) name[i] = text[i];
  return name[0] == '\0' ? SLUICE_STATUS_ARGUMENT : SLUICE_STATUS_OK;
}
BAD_MODULE(0, .configure = configure)

#elif defined COUNTS_TO_ANY_NUMBER
/* As many turns as a number says. */
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  const char* text = setting(json, "\"rate\":");
  const double turns = text ? strtod(text, NULL) : 0;
  (void)self;
  (void)err;
  for (volatile double done = 0; done < turns; done = done + 1) {
  }
  return SLUICE_STATUS_OK;
}
BAD_MODULE(0, .configure = configure)

#elif defined RECONFIGURE_HANGS
static sluice_status reconfigure(void* self, sluice_str json, sluice_err* err) {
  const char* text = setting(json, "\"rate\":");
  (void)self;
  (void)err;
  if (text && strtol(text, NULL, 10) != 25) bad_hang();
  return SLUICE_STATUS_OK;
}
BAD_MODULE(0, .reconfigure = reconfigure)

#elif defined RECONFIGURE_SAYS_NOTHING
static sluice_status reconfigure(void* self, sluice_str json, sluice_err* err) {
  const char* text = setting(json, "\"rate\":");
  (void)self;
  (void)err;
  return text && strtol(text, NULL, 10) == 25 ? SLUICE_STATUS_OK : SLUICE_STATUS_ARGUMENT;
}
BAD_MODULE(0, .reconfigure = reconfigure)

#elif defined RECONFIGURE_DOES_HALF
/* Closes its listener for the sake of a new rate, and only then finds that it does not like that rate. */
typedef struct {
  sluice_listener* listener;
} half;

static void on_accepted(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) {
  bad_module* m = ctx;
  (void)lane;
  m->net->connection_close(accepted->connection);
}

static sluice_status start(void* self, sluice_err* err) {
  bad_module* m = self;
  half* own = m->own;
  const sluice_status status = bad_start(self, err);
  if (status != SLUICE_STATUS_OK) return status;
  return m->net->listen(m->net_self, bad_str("bad"), on_accepted, m, &own->listener, err);
}

static void close_listener(bad_module* m) {
  half* own = m->own;
  if (own->listener) m->net->listener_close(own->listener);
  own->listener = NULL;
}

static sluice_status reconfigure(void* self, sluice_str json, sluice_err* err) {
  const char* text = setting(json, "\"rate\":");
  if (text && strtol(text, NULL, 10) == 25) return SLUICE_STATUS_OK;
  close_listener(self);
  if (err) snprintf(err->message, sizeof err->message, "/config/rate: only 25 will do");
  return SLUICE_STATUS_ARGUMENT;
}

static void stop(void* self) { close_listener(self); }

BAD_MODULE(sizeof(half), .start = start, .reconfigure = reconfigure, .stop = stop)

#elif defined RECONFIGURE_NO_WAY_BACK
/* Takes a change, and then nothing more. */
static sluice_status reconfigure(void* self, sluice_str json, sluice_err* err) {
  int* changed = ((bad_module*)self)->own;
  const char* text = setting(json, "\"rate\":");
  if (text && strtol(text, NULL, 10) != 25) {
    *changed = 1;
    return SLUICE_STATUS_OK;
  }
  if (*changed == 0) return SLUICE_STATUS_OK;
  if (err) snprintf(err->message, sizeof err->message, "/config/rate was changed once already");
  return SLUICE_STATUS_BUSY;
}
BAD_MODULE(sizeof(int), .reconfigure = reconfigure)
#endif
