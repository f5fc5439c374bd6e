/* Packages a stream as a dump: each frame with a header before it. Replace record.h by your own format. */
#include <sluice/c/module.h>
#include <stdlib.h>

#include "record.h"

/* One packaging of one stream; the host calls it on one lane, one call at a time. */
struct sluice_packager_session {
  int has_tracks, has_video;
};

static int is(sluice_str text, const char* wanted) {
  return text.size == strlen(wanted) && memcmp(text.data, wanted, text.size) == 0;
}

/* `format` is the name the manifest gives under `provides`. */
static sluice_status open_session(void* self, const sluice_packager_request* request,
                                  sluice_packager_session** out, sluice_err* err) {
  (void)self;
  *out = NULL;
  if (!is(request->format, "dump"))
    return sluice_refuse(err, SLUICE_STATUS_NOT_SUPPORTED, "the format is dump", "");
  if (!is(request->parameters, "{}"))
    return sluice_refuse(err, SLUICE_STATUS_ARGUMENT, "/: this format has no parameters", "");
  *out = calloc(1, sizeof **out);
  return *out ? SLUICE_STATUS_OK : SLUICE_STATUS_NO_MEMORY;
}

/* What a new viewer gets first. Comes again whenever a track changes. What the writer refuses it goes on
 * refusing, so looking at the last answer is enough. */
static sluice_status write_tracks(sluice_packager_session* session, const sluice_track* const* tracks,
                                  uint32_t count, const sluice_chunk_writer* writer, sluice_err* err) {
  const sluice_chunk_facts facts = {.struct_size = sizeof facts, .flags = SLUICE_CHUNK_INIT};
  uint8_t header[TRACK_RECORD_SIZE];
  uint32_t i;
  (void)err;
  session->has_video = 0;
  writer->append_bytes(writer->self, (const uint8_t*)DUMP_MAGIC, DUMP_MAGIC_SIZE);
  for (i = 0; i < count; i++) {
    const sluice_track* track = tracks[i];
    track_record(header, track->id, track->kind, track->codec, track->config.size);
    writer->append_bytes(writer->self, header, sizeof header);
    writer->append_bytes(writer->self, track->config.data, track->config.size);
    session->has_video = session->has_video || track->kind == SLUICE_TRACK_VIDEO;
  }
  session->has_tracks = 1;
  return writer->end_chunk(writer->self, &facts);
}

/* A chunk per frame: the header is copied, the payload is not. */
static sluice_status write_frame(sluice_packager_session* session, const sluice_frame* frame,
                                 const sluice_chunk_writer* writer, sluice_err* err) {
  const int key = (frame->flags & SLUICE_FRAME_KEY) != 0;
  const int begins = key && (frame->track->kind == SLUICE_TRACK_VIDEO || !session->has_video);
  const sluice_chunk_facts facts = {
      .struct_size = sizeof facts,
      .flags = (begins ? SLUICE_CHUNK_KEY : 0u) | (key ? SLUICE_CHUNK_INDEPENDENT : 0u),
      .dts = frame->dts,
      .duration = frame->duration,
      .segment = frame->segment,
      .part = frame->part,
      .discontinuity = frame->discontinuity};
  uint8_t header[FRAME_RECORD_SIZE];
  (void)err;
  frame_record(header, frame->bytes, frame->track->id, frame->flags, frame->dts, frame->pts);
  writer->append_bytes(writer->self, header, sizeof header);
  writer->append_slice(writer->self, frame, 0, frame->bytes);
  return writer->end_chunk(writer->self, &facts);
}

/* Every frame is written as it comes, so nothing is ever held back. */
static sluice_status flush(sluice_packager_session* session, const sluice_chunk_writer* writer,
                           sluice_err* err) {
  (void)session;
  (void)writer;
  (void)err;
  return SLUICE_STATUS_OK;
}

static sluice_status describe(sluice_packager_session* session, sluice_packager_description* out) {
  if (!session->has_tracks) return SLUICE_STATUS_STATE;
  memset(out, 0, sizeof *out);
  out->struct_size = sizeof *out;
  strcpy(out->mime, "application/octet-stream");
  return SLUICE_STATUS_OK;
}

static void close_session(sluice_packager_session* session) { free(session); }

/* What the manifest says under `provides`. */
static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_packager table = {sizeof table, 0,     open_session, write_tracks,
                                        write_frame,  flush, describe,     close_session};
  if (!is(iface, SLUICE_PACKAGER_ID)) return SLUICE_STATUS_NOT_FOUND;
  if (minor_min > table.minor) return SLUICE_STATUS_NOT_SUPPORTED;
  out->minor = table.minor;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
}

static sluice_status start(void* self, sluice_err* err) {
  (void)self;
  (void)err;
  return SLUICE_STATUS_OK;
}

static void nothing(void* self) { (void)self; }

/* It keeps nothing of its own: sessions are all there is. */
sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .query = query, .start = start, .stop = nothing, .destroy = nothing};
  const sluice_status status = sluice_suits(offer, answer);
  return status == SLUICE_STATUS_OK ? sluice_answer_with(offer, answer, &life, NULL) : status;
}
