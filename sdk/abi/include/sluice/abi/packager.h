/* sluice.packager/1: provided by modules. Frames in, chunks of one format out, made once for all who want
 * that format. The host reads the stream and publishes the chunks; the provider transforms and does nothing
 * else.
 *
 * A session packages one stream: open -> tracks -> frame ... -> flush -> close. `tracks` comes again before
 * the first frame that names a new revision, `flush` whenever no frame may come for a while. All calls of a
 * session come on one lane of the provider, one at a time, and are done within 10 ms: no waiting, reading or
 * sending. After a failure other than MEDIA only close comes; the host opens another session at the next key
 * frame if the format is still wanted.
 *
 * A session begins with the first viewer who asks for the format with its parameters and ends some seconds
 * after the last one left. When the module is replaced, the session of the generation before ends in front of
 * a key frame and one of the new generation goes on with that frame. */
#ifndef SLUICE_ABI_PACKAGER_H
#define SLUICE_ABI_PACKAGER_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_PACKAGER_ID "sluice.packager/1"

/* The provider's own; from open to close. */
typedef struct sluice_packager_session sluice_packager_session;

typedef struct sluice_packager_request {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_str format;     /* `name` of a provision of sluice.packager/1 in the manifest, e.g. "dump" */
  sluice_str parameters; /* JSON object, "{}" if none were given */
  sluice_str key;        /* of the stream, for logs */
} sluice_packager_request;

enum {
  SLUICE_CHUNK_INIT = 1u << 0, /* what a new viewer gets first; replaces the one before. Only in `tracks` */
  SLUICE_CHUNK_KEY = 1u << 1,  /* a new viewer may begin here, after the newest init chunk */
  SLUICE_CHUNK_INDEPENDENT = 1u << 2, /* all in it can be decoded without an earlier chunk */
  /* With INIT: for new viewers alone. Those who run are not sent it, since the format cannot begin twice in
   * one body: what they need of the change stands in the chunks, in each KEY chunk from then on, so
   * that it also reaches who skips. */
  SLUICE_CHUNK_QUIET = 1u << 3
};

/* What is known about a chunk. Times and cut marks are those of its first frame. */
typedef struct sluice_chunk_facts {
  uint32_t struct_size;
  uint32_t flags; /* SLUICE_CHUNK_* */
  int64_t
      dts; /* ns on the source's timeline, falling only as interleaved tracks do; of an init chunk ignored */
  int64_t duration; /* ns, 0 unknown */
  uint64_t segment;
  uint32_t part;
  uint32_t discontinuity;
} sluice_chunk_facts;

enum {
  SLUICE_CHUNK_BYTES_LIMIT = 16 * 1024 * 1024, /* of one chunk, copied and sliced together */
  SLUICE_CHUNK_PIECES_LIMIT = 16384, /* of one chunk; bytes appended one after another are one piece */
  SLUICE_CHUNK_COUNT_LIMIT = 256     /* chunks of one call */
};

/* The host's, where one call puts its chunks. Valid during that call, on its thread. It only records: a chunk
 * that was ended stands even if the call fails afterwards; what was begun and not ended by the end of the
 * call is thrown away, and the call counts as failed. Once a function here has failed, all of them fail
 * alike. */
typedef struct sluice_chunk_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* Copies. For headers; payload goes by reference. Fails: LIMIT (bytes or pieces of a chunk). */
  sluice_status (*append_bytes)(void* self, const uint8_t* bytes, uint64_t size);
  /* size bytes from `offset` of all the frame's spans together, without a copy: the host holds the frame as
   * long as the chunk. `frame`: the one of this call, or one the provider has retained (sluice_engine) and
   * releases itself. Fails: ARGUMENT (beyond frame->bytes), LIMIT. */
  sluice_status (*append_slice)(void* self, const sluice_frame* frame, uint64_t offset, uint64_t size);
  /* Everything appended since the last end_chunk is one chunk. Fails: ARGUMENT (nothing appended, INIT
   * outside `tracks`, QUIET without INIT), LIMIT (count). */
  sluice_status (*end_chunk)(void* self, const sluice_chunk_facts* facts);
} sluice_chunk_writer;

typedef struct sluice_packager_description {
  uint32_t struct_size;
  uint32_t reserved;
  char mime[128];   /* NUL-terminated, without parameters: "video/mp2t" */
  char codecs[512]; /* NUL-terminated, RFC 6381: "avc1.64001f,mp4a.40.2"; empty where the format has none */
} sluice_packager_description;

typedef struct sluice_packager {
  uint32_t struct_size;
  uint32_t minor;
  /* [lane] The lane of all further calls. The request is borrowed for the call; *out is the provider's and
   * ends with close. Fails: NOT_SUPPORTED (format), ARGUMENT (parameters; err names the JSON pointer), LIMIT
   * (too many sessions). */
  sluice_status (*open)(void* self, const sluice_packager_request* request, sluice_packager_session** out,
                        sluice_err* err);
  /* [lane] The newest revision of every track, borrowed until the next `tracks` or close. Writes the init
   * chunk, if the format has one. A track the format cannot carry is left out; the frames of it still come.
   * Fails: MEDIA (none can be carried), NOT_SUPPORTED (this set cannot); err says which codec. */
  sluice_status (*tracks)(sluice_packager_session* session, const sluice_track* const* tracks, uint32_t count,
                          const sluice_chunk_writer* writer, sluice_err* err);
  /* [lane] The next frame in seq order, borrowed for the call. The first of a session is a key frame if the
   * stream has video. Any number of chunks, none included, may come of it. Fails: MEDIA (this frame is left
   * out, the session goes on). */
  sluice_status (*frame)(sluice_packager_session* session, const sluice_frame* frame,
                         const sluice_chunk_writer* writer, sluice_err* err);
  /* [lane] Write what was gathered and release the frames held: the stream pauses or ends, or another
   * generation takes over. More frames may follow, beginning with a key frame. */
  sluice_status (*flush)(sluice_packager_session* session, const sluice_chunk_writer* writer,
                         sluice_err* err);
  /* [lane] After the first `tracks` that succeeded. Fails: STATE (before it). */
  sluice_status (*describe)(sluice_packager_session* session, sluice_packager_description* out);
  /* [lane] Release every frame held, free the session. */
  void (*close)(sluice_packager_session* session);
} sluice_packager;

#ifdef __cplusplus
}
#endif
#endif
