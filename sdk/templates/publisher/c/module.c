/* Publishes a moving test picture. Replace picture and clock by your own source; the rest stays as it is. */
#include <sluice/c/json.h>
#include <sluice/c/module.h>
#include <sluice/c/test_picture.h>
#include <stdlib.h>

#include "timing.h"

typedef struct source {
  const sluice_host* seat;
  sluice_tables host;
  sluice_lane* lane;
  sluice_op* op; /* while the answer to publish_begin is on its way */
  sluice_publication* publication;
  sluice_timer* timer;
  char stream[256];
  int64_t rate, start;
  uint32_t track, number;
  int ended, refused;
} source;

static void end(source* s, const char* reason) {
  s->ended = 1;
  if (s->timer) s->host.engine->timer_cancel(s->timer);
  s->timer = NULL;
  if (s->op) s->host.registry->cancel(s->op); /* on_done still comes */
  if (s->publication)
    s->host.registry->publication_end(s->publication, SLUICE_END_CLEAN, sluice_str_of(reason));
  s->publication = NULL;
}

static void tick(void* ctx) {
  source* s = ctx;
  sluice_draft draft = {.struct_size = sizeof draft};
  s->timer = NULL;
  if (s->host.engine->frame_begin(s->publication, SLUICE_TEST_PICTURE_BYTES, &draft) == SLUICE_STATUS_OK) {
    const sluice_frame_facts facts = {.struct_size = sizeof facts,
                                      .track = s->track,
                                      .flags = SLUICE_FRAME_KEY,
                                      .size = SLUICE_TEST_PICTURE_BYTES,
                                      .dts = frame_time(s->number, s->rate),
                                      .pts = SLUICE_TIME_NONE,
                                      .duration = frame_time(1, s->rate),
                                      .capture_wall = s->host.clock->wall(s->host.clock_self)};
    sluice_test_picture_draw(s->number, draft.data); /* straight into the host's memory */
    s->host.engine->frame_publish(s->publication, &draft, &facts);
  }
  s->number++;
  s->host.engine->timer_start(s->lane, s->start + frame_time(s->number, s->rate), tick, s, &s->timer);
}

static sluice_status open_stream(source* s, sluice_err* err);

static void try_again(void* ctx) {
  source* s = ctx;
  s->timer = NULL;
  open_stream(s, NULL);
}

static void on_done(void* ctx, sluice_status status, sluice_publication* publication, const sluice_err* err) {
  source* s = ctx;
  const sluice_track track = sluice_test_picture_track();
  s->op = NULL;
  if (status != SLUICE_STATUS_OK) {
    if (s->ended) return;
    if (!s->refused) SLUICE_SAY(&s->host, SLUICE_LOG_WARN, err ? err->message : "refused");
    s->refused = 1;
    s->host.engine->timer_start(s->lane, sluice_now(&s->host) + 1000000000, try_again, s, &s->timer);
    return;
  }
  s->publication = publication;
  if (s->ended) { /* decided before the cancel came */
    end(s, "stopped");
  } else if (s->host.engine->track_add(publication, &track, &s->track, NULL) != SLUICE_STATUS_OK) {
    end(s, "no track");
  } else {
    s->start = sluice_now(&s->host);
    tick(s);
  }
}

static void on_revoked(void* ctx, sluice_status why, sluice_str reason) {
  (void)why;
  (void)reason;
  end(ctx, "revoked");
}

/* The answer comes later, to on_done on this lane. While somebody else has the name it is tried again. */
static sluice_status open_stream(source* s, sluice_err* err) {
  static const sluice_publish_calls calls = {sizeof calls, 0, on_done, on_revoked, NULL};
  sluice_publish_request request = {.struct_size = sizeof request, .key = sluice_str_of(s->stream)};
  request.peer.struct_size = sizeof request.peer;
  request.peer.flags = SLUICE_PEER_LOCAL_MODULE;
  request.credentials.struct_size = sizeof request.credentials;
  return s->host.registry->publish_begin(s->host.registry_self, s->lane, &request, &calls, s, &s->op, err);
}

/* The host has checked it against the manifest's schema and filled in the defaults. */
static sluice_status configure(void* self, sluice_str json, sluice_err* err) {
  source* s = self;
  if (sluice_json_text(json, "/config/stream", s->stream, sizeof s->stream) != SLUICE_STATUS_OK)
    return sluice_refuse(err, SLUICE_STATUS_ARGUMENT, "/config/stream: expected text", "");
  if (sluice_json_integer(json, "/config/frames_per_second", &s->rate) != SLUICE_STATUS_OK || s->rate < 1)
    return sluice_refuse(err, SLUICE_STATUS_ARGUMENT, "/config/frames_per_second: expected 1 to 60", "");
  return SLUICE_STATUS_OK;
}

static sluice_status start(void* self, sluice_err* err) {
  source* s = self;
  const sluice_status status = s->lane ? SLUICE_STATUS_STATE : sluice_tables_find(s->seat, &s->host, err);
  if (status != SLUICE_STATUS_OK) return status;
  s->lane = s->host.engine->lane_at(s->host.engine_self, 0);
  return open_stream(s, err);
}

static sluice_status drain(void* self, int64_t deadline_ns) {
  (void)deadline_ns;
  end(self, "draining");
  return SLUICE_STATUS_OK;
}

static void stop(void* self) { end(self, "stopped"); }

static void destroy(void* self) { free(self); }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {.struct_size = sizeof life,
                                          .configure = configure,
                                          .start = start,
                                          .drain = drain,
                                          .stop = stop,
                                          .destroy = destroy};
  const sluice_status status = sluice_suits(offer, answer);
  source* s;
  if (status != SLUICE_STATUS_OK) return status;
  if (!(s = calloc(1, sizeof *s))) return SLUICE_STATUS_NO_MEMORY;
  s->seat = offer->host;
  return sluice_answer_with(offer, answer, &life, s);
}
