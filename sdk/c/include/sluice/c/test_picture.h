/* A moving picture in H.264 without an encoder: every macroblock is I_PCM (ITU-T H.264, 7.3.5), so its
 * samples stand in the stream as they are. 128x96, each frame an IDR picture of one slice. */
#ifndef SLUICE_C_TEST_PICTURE_H
#define SLUICE_C_TEST_PICTURE_H

#include <string.h>

#include <sluice/abi/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SLUICE_TEST_PICTURE_WIDTH = 128,
  SLUICE_TEST_PICTURE_HEIGHT = 96,
  SLUICE_TEST_PICTURE_MACROBLOCKS = (SLUICE_TEST_PICTURE_WIDTH / 16) * (SLUICE_TEST_PICTURE_HEIGHT / 16),
  /* length prefix, NAL header, slice header with the first mb_type, samples, mb_type of the rest, trailing
     bits */
  SLUICE_TEST_PICTURE_BYTES =
      4 + 1 + 4 + SLUICE_TEST_PICTURE_MACROBLOCKS * 384 + (SLUICE_TEST_PICTURE_MACROBLOCKS - 1) * 2 + 1
};

/* AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1): Constrained Baseline, one SPS, one PPS. */
static const uint8_t sluice_test_picture_config[] = {1,    0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0,    7,
                                                     0x67, 0x42, 0xC0, 0x1E, 0xDC, 0x20, 0xD9, 1,
                                                     0,    4,    0x68, 0xCE, 0x38, 0x80};

/* The track to add before the first frame. */
static inline sluice_track sluice_test_picture_track(void) {
  sluice_track track;
  memset(&track, 0, sizeof track);
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_VIDEO;
  track.codec = SLUICE_CODEC_H264;
  track.config.data = sluice_test_picture_config;
  track.config.size = sizeof sluice_test_picture_config;
  track.width = SLUICE_TEST_PICTURE_WIDTH;
  track.height = SLUICE_TEST_PICTURE_HEIGHT;
  return track;
}

/* 16 at least, so that no start code can appear among the samples. */
static inline uint8_t sluice_test_picture_sample(uint32_t value) { return (uint8_t)(16 + value % 220); }

/* Writes frame number `n` into out[SLUICE_TEST_PICTURE_BYTES]: diagonal bars that move, colours that turn. */
static inline void sluice_test_picture_draw(uint32_t n, uint8_t* out) {
  /* Two IDR pictures in a row need different idr_pic_id (7.4.3): even 0, odd 1. */
  static const uint8_t slice_start[2][4] = {{0x88, 0x84, 0x86, 0x80}, {0x88, 0x82, 0x21, 0xA0}};
  const uint32_t nal_size = SLUICE_TEST_PICTURE_BYTES - 4;
  const uint8_t length[4] = {(uint8_t)(nal_size >> 24), (uint8_t)(nal_size >> 16), (uint8_t)(nal_size >> 8),
                             (uint8_t)nal_size};
  uint32_t mb, i;
  memcpy(out, length, 4);
  out[4] = 0x65; /* nal_ref_idc 3, IDR slice */
  memcpy(out + 5, slice_start[n & 1], 4);
  out += 9;
  for (mb = 0; mb < SLUICE_TEST_PICTURE_MACROBLOCKS; mb++) {
    const uint32_t left = mb % (SLUICE_TEST_PICTURE_WIDTH / 16) * 16,
                   top = mb / (SLUICE_TEST_PICTURE_WIDTH / 16) * 16;
    if (mb > 0) {
      *out++ = 0x0D; /* mb_type I_PCM, ue(25), and alignment */
      *out++ = 0x00;
    }
    for (i = 0; i < 256; i++) *out++ = sluice_test_picture_sample((left + i % 16 + top + i / 16 + n * 2) * 4);
    for (i = 0; i < 64; i++) *out++ = sluice_test_picture_sample(left + n);
    for (i = 0; i < 64; i++) *out++ = sluice_test_picture_sample(top * 2 + n * 3);
  }
  *out = 0x80; /* rbsp_trailing_bits */
}

#ifdef __cplusplus
}
#endif
#endif
