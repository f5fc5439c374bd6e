/* A module in plain C that publishes a moving test picture as example/test-c. */
#include <sluice/abi/sluice.h>
#include <sluice/c/test_picture.h>
#include <stdlib.h>
#include <string.h>

extern const sluice_note_section sluice_module_note; /* written by the build rule from the manifest */

static const int64_t frame_ns = 40000000; /* 25 frames a second */

typedef struct module {
  const sluice_host* host;
  sluice_interface engine_found, registry_found, clock_found;
  const sluice_engine* engine;
  const sluice_registry* registry;
  const sluice_clock* clock;
  sluice_lane* lane;
  sluice_op* op; /* while the answer to publish_begin is on its way */
  sluice_publication* publication;
  sluice_timer* timer;
  uint32_t track, number;
  int64_t start;
  int ended;
} module;

static sluice_str str(const char* text) {
  sluice_str s = {text, strlen(text)};
  return s;
}

static sluice_status find(module* m, const char* id, sluice_interface* out, sluice_err* err) {
  out->struct_size = sizeof *out;
  return m->host->get_interface(m->host->self, str(id), 0, out, err);
}

/* A host may lack a method: its table ends before it, or it is null. These are called below. */
static int usable(const module* m) {
  const sluice_engine* e = m->engine;
  const sluice_registry* r = m->registry;
  const sluice_clock* c = m->clock;
  if (e->struct_size < sizeof *e || r->struct_size < sizeof *r || c->struct_size < sizeof *c) return 0;
  return e->lane_at && e->track_add && e->frame_begin && e->frame_publish && e->timer_start &&
         e->timer_cancel && r->publish_begin && r->publication_end && r->cancel && c->monotonic && c->wall;
}

static void tick(void* ctx) {
  module* m = ctx;
  sluice_draft draft = {.struct_size = sizeof draft};
  m->timer = NULL;
  if (m->engine->frame_begin(m->publication, SLUICE_TEST_PICTURE_BYTES, &draft) == SLUICE_STATUS_OK) {
    const sluice_frame_facts facts = {.struct_size = sizeof facts,
                                      .track = m->track,
                                      .flags = SLUICE_FRAME_KEY,
                                      .size = SLUICE_TEST_PICTURE_BYTES,
                                      .dts = m->number * frame_ns,
                                      .pts = m->number * frame_ns,
                                      .duration = frame_ns,
                                      .capture_wall = m->clock->wall(m->clock_found.self)};
    sluice_test_picture_draw(m->number, draft.data);
    m->engine->frame_publish(m->publication, &draft, &facts);
  }
  m->number++;
  m->engine->timer_start(m->lane, m->start + m->number * frame_ns, tick, m, &m->timer);
}

static void end(module* m, const char* reason) {
  m->ended = 1;
  if (m->timer) m->engine->timer_cancel(m->timer);
  m->timer = NULL;
  if (m->op) m->registry->cancel(m->op); /* on_done still comes */
  if (m->publication) m->registry->publication_end(m->publication, SLUICE_END_CLEAN, str(reason));
  m->publication = NULL;
}

static void on_done(void* ctx, sluice_status status, sluice_publication* publication, const sluice_err* err) {
  module* m = ctx;
  const sluice_track track = sluice_test_picture_track();
  (void)err;
  m->op = NULL;
  if (status != SLUICE_STATUS_OK) return; /* the host has logged why */
  m->publication = publication;
  if (m->ended) { /* decided before the cancel came */
    end(m, "stopped");
    return;
  }
  if (m->engine->track_add(publication, &track, &m->track, NULL) != SLUICE_STATUS_OK) {
    end(m, "no track");
    return;
  }
  m->start = m->clock->monotonic(m->clock_found.self);
  tick(m);
}

static void on_revoked(void* ctx, sluice_status why, sluice_str reason) {
  (void)why;
  (void)reason;
  end(ctx, "revoked");
}

static sluice_status start(void* self, sluice_err* err) {
  static const sluice_publish_calls calls = {sizeof calls, 0, on_done, on_revoked, NULL};
  module* m = self;
  sluice_publish_request request = {.struct_size = sizeof request, .key = str("example/test-c")};
  sluice_status status;
  if ((status = find(m, SLUICE_ENGINE_ID, &m->engine_found, err)) != SLUICE_STATUS_OK ||
      (status = find(m, SLUICE_REGISTRY_ID, &m->registry_found, err)) != SLUICE_STATUS_OK ||
      (status = find(m, SLUICE_CLOCK_ID, &m->clock_found, err)) != SLUICE_STATUS_OK)
    return status;
  m->engine = m->engine_found.table;
  m->registry = m->registry_found.table;
  m->clock = m->clock_found.table;
  if (!usable(m)) return SLUICE_STATUS_NOT_SUPPORTED;
  m->lane = m->engine->lane_at(m->engine_found.self, 0);
  request.peer.struct_size = sizeof request.peer;
  request.peer.flags = SLUICE_PEER_LOCAL_MODULE;
  request.credentials.struct_size = sizeof request.credentials;
  return m->registry->publish_begin(m->registry_found.self, m->lane, &request, &calls, m, &m->op, err);
}

static sluice_status drain(void* self, int64_t deadline_ns) {
  (void)deadline_ns;
  end(self, "draining");
  return SLUICE_STATUS_OK;
}

static void stop(void* self) { end(self, "stopped"); }

static void destroy(void* self) { free(self); }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .start = start, .drain = drain, .stop = stop, .destroy = destroy};
  const sluice_note* note = &sluice_module_note.descriptor;
  module* m;
  if (offer->major != note->major || offer->minor_max < note->minor_min || offer->must_understand != 0)
    return SLUICE_STATUS_NOT_SUPPORTED;
  if (!(m = calloc(1, sizeof *m))) return SLUICE_STATUS_NO_MEMORY;
  m->host = offer->host;
  answer->struct_size = sizeof *answer;
  answer->minor = note->minor_built;
  answer->id = str(note->id);
  answer->version = str(note->version);
  answer->life = &life;
  answer->self = m;
  return SLUICE_STATUS_OK;
}
