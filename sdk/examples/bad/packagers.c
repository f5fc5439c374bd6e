/* Packagers that keep what they borrow, or believe what they are given. */
#include "bad.h"

/* One session at a time will do here. */
struct sluice_packager_session {
  bad_module* owner;
};

static sluice_status open_session(void* self, const sluice_packager_request* request,
                                  sluice_packager_session** out, sluice_err* err) {
  (void)err;
  if (request->format.size != 3 || memcmp(request->format.data, "bad", 3) != 0)
    return SLUICE_STATUS_NOT_SUPPORTED;
  *out = calloc(1, sizeof **out);
  if (!*out) return SLUICE_STATUS_NO_MEMORY;
  (*out)->owner = self;
  return SLUICE_STATUS_OK;
}

static sluice_status take_tracks(sluice_packager_session* session, const sluice_track* const* tracks,
                                 uint32_t count, const sluice_chunk_writer* writer, sluice_err* err) {
  (void)session;
  (void)tracks;
  (void)writer;
  (void)err;
  return count > 0 ? SLUICE_STATUS_OK : SLUICE_STATUS_MEDIA;
}

static sluice_status take_frame(sluice_packager_session* session, const sluice_frame* frame,
                                const sluice_chunk_writer* writer, sluice_err* err) {
  sluice_chunk_facts facts;
  sluice_status status;
  (void)err;
  (void)session;
  if (frame->bytes == 0) return SLUICE_STATUS_MEDIA;
#ifdef KEEPS_FRAMES
  session->owner->engine->frame_retain(frame);
#endif
#ifdef READS_BEYOND /* a length in the payload is taken for what is there */
  const uint8_t* bytes = frame->spans[0].data;
  const uint32_t size =
      (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
  volatile uint8_t last = bytes[4 + (size_t)size];
  (void)last;
#endif
  status = writer->append_slice(writer->self, frame, 0, frame->bytes);
  if (status != SLUICE_STATUS_OK) return status;
#ifdef LEAVES_CHUNKS_OPEN
  (void)facts;
  return SLUICE_STATUS_OK;
#else
  memset(&facts, 0, sizeof facts);
  facts.struct_size = sizeof facts;
  facts.flags = SLUICE_CHUNK_KEY;
  facts.dts = frame->dts;
  return writer->end_chunk(writer->self, &facts);
#endif
}

static sluice_status flush(sluice_packager_session* session, const sluice_chunk_writer* writer,
                           sluice_err* err) {
  (void)session;
  (void)writer;
  (void)err;
  return SLUICE_STATUS_OK;
}

static sluice_status describe(sluice_packager_session* session, sluice_packager_description* out) {
  (void)session;
  (void)out;
  return SLUICE_STATUS_STATE;
}

static void close_session(sluice_packager_session* session) { free(session); }

static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_packager table = {sizeof table, 0,     open_session, take_tracks,
                                        take_frame,   flush, describe,     close_session};
  (void)iface;
  if (minor_min > 0) return SLUICE_STATUS_NOT_SUPPORTED;
  out->minor = 0;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
}

BAD_MODULE(0, .query = query)
