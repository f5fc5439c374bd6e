/* Tracks and frames, as every module sees them.
 *
 * Payload forms (exactly one per codec, so each protocol needs one bridge in and one out):
 *   H.264, H.265  4-byte length-prefixed NAL units; parameter sets only in the track's config (avcC, hvcC:
 *                 ISO/IEC 14496-15), access unit delimiters removed, SEI kept
 *   AV1           low-overhead OBUs without temporal delimiters; config av1C (AV1-ISOBMFF)
 *   VP9, VP8      one frame (VP9: superframe); config vpcC, may be empty
 *   AAC           raw access unit; config AudioSpecificConfig (ISO/IEC 14496-3)
 *   Opus          one packet (RFC 6716); config OpusHead (RFC 7845), may be empty
 *   MP3, AC-3 ... the codec's own frame; no config
 * A codec unknown to both ends still passes as opaque bytes. */
#ifndef SLUICE_ABI_FRAME_H
#define SLUICE_ABI_FRAME_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A codec is its four-character code, first letter in the low byte. */
#define SLUICE_FOURCC(a, b, c, d) \
  ((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))

#define SLUICE_CODEC_H264 SLUICE_FOURCC('a', 'v', 'c', '1')
#define SLUICE_CODEC_H265 SLUICE_FOURCC('h', 'v', 'c', '1')
#define SLUICE_CODEC_AV1 SLUICE_FOURCC('a', 'v', '0', '1')
#define SLUICE_CODEC_VP9 SLUICE_FOURCC('v', 'p', '0', '9')
#define SLUICE_CODEC_VP8 SLUICE_FOURCC('v', 'p', '0', '8')
#define SLUICE_CODEC_AAC SLUICE_FOURCC('m', 'p', '4', 'a')
#define SLUICE_CODEC_OPUS SLUICE_FOURCC('O', 'p', 'u', 's')
#define SLUICE_CODEC_MP3 SLUICE_FOURCC('.', 'm', 'p', '3')
#define SLUICE_CODEC_AC3 SLUICE_FOURCC('a', 'c', '-', '3')
#define SLUICE_CODEC_FLAC SLUICE_FOURCC('f', 'L', 'a', 'C')
#define SLUICE_CODEC_G711A SLUICE_FOURCC('a', 'l', 'a', 'w')
#define SLUICE_CODEC_G711U SLUICE_FOURCC('u', 'l', 'a', 'w')

enum {
  SLUICE_TRACK_VIDEO = 1,
  SLUICE_TRACK_AUDIO = 2,
  SLUICE_TRACK_DATA = 3,
  /* The one track of a packaging (registry.h), of the host's making: frames are chunks, codec is 0, config
   * the format's init chunk (empty: none), which a quiet one replaces under the same revision number. */
  SLUICE_TRACK_CHUNKS = 4
};

/* One revision of one elementary stream. Immutable; a change makes a new revision. As input (track_add,
 * track_update) `id` and `revision` are ignored and everything is copied; as output it is borrowed and valid
 * as long as a frame that names it is held, or until the subscription that listed it closes. */
typedef struct sluice_track {
  uint32_t struct_size;
  uint32_t id;         /* per stream, from 1; never reused for another elementary stream */
  uint32_t revision;   /* from 1 */
  uint32_t kind;       /* SLUICE_TRACK_* */
  uint32_t codec;      /* SLUICE_CODEC_* or any four-character code */
  uint32_t timescale;  /* native ticks per second, 0 unknown */
  sluice_bytes config; /* codec configuration, form above; at most 64 KiB */
  sluice_str language; /* BCP 47, may be empty */
  uint32_t width;      /* video: luma samples as shown, 0 unknown */
  uint32_t height;
  uint32_t frame_rate_num; /* 0 unknown */
  uint32_t frame_rate_den;
  uint32_t sample_rate; /* audio: Hz, 0 unknown */
  uint32_t channels;
  int32_t rotation; /* degrees clockwise: 0, 90, 180, 270 */
  uint32_t bitrate; /* hint, bit/s, 0 unknown */
} sluice_track;

enum {
  SLUICE_FRAME_KEY = 1u << 0,           /* decoding can start here; every audio frame of a codec without
                                           inter-frame prediction may carry it too */
  SLUICE_FRAME_DISPOSABLE = 1u << 1,    /* no other frame refers to it */
  SLUICE_FRAME_DISCONTINUITY = 1u << 2, /* the source's timeline broke before this frame */
  SLUICE_FRAME_INDEPENDENT = 1u << 3    /* a chunk: all in it can be decoded without an earlier one */
};

typedef struct sluice_span {
  const uint8_t* data;
  uint64_t size;
} sluice_span;

typedef struct sluice_side_data {
  uint32_t kind; /* a four-character code; none is defined yet */
  uint32_t reserved;
  sluice_span bytes;
} sluice_side_data;

/* One encoded access unit. Immutable host memory. Borrowed as the call that gave it says; frame_retain keeps
 * it longer. Decoding order is `seq` order over all tracks. */
typedef struct sluice_frame {
  uint32_t struct_size;
  uint32_t flags;       /* SLUICE_FRAME_* */
  uint64_t epoch;       /* of the publication that wrote it; rises with each takeover */
  uint64_t seq;         /* per stream, without gaps, continues over takeovers */
  int64_t dts;          /* ns since the stream's start; never falls within a track */
  int64_t pts;          /* ns; may lie before dts where the source says so (negative composition time) */
  int64_t duration;     /* ns, 0 unknown */
  int64_t capture_wall; /* ns since 1970-01-01 UTC; where the source does not say, as its frames arrive */
  const sluice_track* track;
  /* Cut marks, stamped once at the origin: the segment and part this frame belongs to, and how many
   * discontinuities came before it, changes of codec or configuration among them. Equal on every node. */
  uint64_t segment;
  uint32_t part;
  uint32_t discontinuity;
  uint64_t bytes; /* all spans together */
  const sluice_span* spans;
  const sluice_side_data* side_data;
  uint32_t span_count; /* 1 for what the publish call makes; derived streams have more */
  uint32_t side_data_count;
} sluice_frame;

/* One frame as a lane sees it. `cached` is the reading module's own: null when the frame enters the lane's
 * window, kept for all later reads on that lane, given back through lane_on_cache_release. */
typedef struct sluice_entry {
  const sluice_frame* frame;
  void* cached;
} sluice_entry;

#ifdef __cplusplus
}
#endif
#endif
