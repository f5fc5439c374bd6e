/* Publishers whose stream nobody can use, or who do not let go of it. */
#include <sluice/c/test_picture.h>
#include "bad.h"

typedef struct own {
  sluice_op* op;
  sluice_publication* publication;
  sluice_timer* timer;
  uint32_t track;
  int64_t number;
  int ended;
} own;

static void tick(void* ctx) {
  bad_module* m = ctx;
  own* mine = m->own;
  sluice_draft draft;
  sluice_frame_facts facts;
  memset(&draft, 0, sizeof draft);
  memset(&facts, 0, sizeof facts);
  draft.struct_size = sizeof draft;
  facts.struct_size = sizeof facts;
  facts.track = mine->track;
  facts.flags = SLUICE_FRAME_KEY;
  facts.size = SLUICE_TEST_PICTURE_BYTES;
  facts.dts = mine->number * 40000000;
#ifdef TIME_RUNS_BACK
  if (mine->number % 10 == 9) facts.dts -= 400000000;
#elif defined NO_KEY_FRAME
  facts.flags = 0;
#elif defined ONE_KEY_FRAME
  if (mine->number > 0) facts.flags = 0;
#endif
  facts.pts = facts.dts;
  mine->timer = NULL;
  if (m->engine->frame_begin(mine->publication, SLUICE_TEST_PICTURE_BYTES, &draft) == SLUICE_STATUS_OK) {
    sluice_test_picture_draw((uint32_t)mine->number, draft.data);
#ifdef RUBBISH_FRAMES
    memset(draft.data, 0x7f, 64);
#elif defined ONE_KEY_FRAME
    if (mine->number > 0) draft.data[4] = 0x61; /* the same slice, but of no IDR picture */
#endif
    m->engine->frame_publish(mine->publication, &draft, &facts);
  }
  ++mine->number;
  m->engine->timer_start(m->lane, bad_in(m, 20), tick, m, &mine->timer);
}

static void end(bad_module* m) {
  own* mine = m->own;
  mine->ended = 1;
  if (mine->timer) m->engine->timer_cancel(mine->timer);
  mine->timer = NULL;
  if (mine->op) m->registry->cancel(mine->op);
  if (mine->publication) m->registry->publication_end(mine->publication, SLUICE_END_CLEAN, bad_str("end"));
  mine->publication = NULL;
}

static void on_done(void* ctx, sluice_status status, sluice_publication* publication, const sluice_err* err) {
  bad_module* m = ctx;
  own* mine = m->own;
#ifdef RUBBISH_CONFIG
  static const uint8_t config[] = {9, 9, 9, 9, 9, 9, 9, 9};
#else
  const uint8_t* config = sluice_test_picture_config;
#endif
  sluice_track track;
  (void)err;
  mine->op = NULL;
  mine->publication = publication;
  if (status != SLUICE_STATUS_OK) return;
  if (mine->ended) {
    end(m);
    return;
  }
  memset(&track, 0, sizeof track);
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_VIDEO;
  track.codec = SLUICE_CODEC_H264;
  track.config.data = config;
#ifdef RUBBISH_CONFIG
  track.config.size = sizeof config;
#else
  track.config.size = sizeof sluice_test_picture_config;
#endif
  m->engine->track_add(publication, &track, &mine->track, NULL);
  tick(m);
}

static void on_revoked(void* ctx, sluice_status why, sluice_str reason) {
  (void)why;
  (void)reason;
#ifndef KEEPS_WHAT_WAS_REVOKED
  end(ctx);
#else
  (void)ctx;
#endif
}

static sluice_status start(void* self, sluice_err* err) {
  static const sluice_publish_calls calls = {sizeof calls, 0, on_done, on_revoked, NULL};
  bad_module* m = self;
  own* mine = m->own;
  sluice_publish_request request;
  const sluice_status status = bad_start(self, err);
  if (status != SLUICE_STATUS_OK) return status;
  memset(&request, 0, sizeof request);
  request.struct_size = sizeof request;
  request.key = bad_str("example/bad");
  request.peer.struct_size = sizeof request.peer;
  request.peer.flags = SLUICE_PEER_LOCAL_MODULE;
  request.credentials.struct_size = sizeof request.credentials;
  return m->registry->publish_begin(m->registry_self, m->lane, &request, &calls, m, &mine->op, err);
}

static void stop(void* self) { end(self); }

BAD_MODULE(sizeof(own), .start = start, .stop = stop)
