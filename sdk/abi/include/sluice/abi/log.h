/* sluice.log/1: finished text and fields; the host adds time, module, generation and thread. */
#ifndef SLUICE_ABI_LOG_H
#define SLUICE_ABI_LOG_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_LOG_ID "sluice.log/1"

enum {
  SLUICE_LOG_TRACE = 0,
  SLUICE_LOG_DEBUG = 1,
  SLUICE_LOG_INFO = 2,
  SLUICE_LOG_WARN = 3,
  SLUICE_LOG_ERROR = 4
};

typedef struct sluice_log_field {
  sluice_str key; /* snake_case; "stream" and "peer" are the usual ones */
  sluice_str value;
} sluice_log_field;

/* One place in the code that logs. More than 10 lines a second from one site about one stream are held back
 * and counted; the count is spoken when the second is over. */
typedef struct sluice_log_site {
  uint32_t struct_size;
  uint32_t line;
  sluice_str file;
} sluice_log_site;

typedef struct sluice_log {
  uint32_t struct_size;
  uint32_t minor;
  /* [any] 1 if lines of this level are written for this module. */
  uint32_t (*enabled)(void* self, uint32_t level);
  /* [any] Control characters in the text are escaped by the host. Never pass secrets. */
  void (*write)(void* self, uint32_t level, const sluice_log_site* site, sluice_str message,
                const sluice_log_field* fields, uint32_t count);
} sluice_log;

#ifdef __cplusplus
}
#endif
#endif
