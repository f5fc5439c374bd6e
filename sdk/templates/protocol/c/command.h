/* What a peer may say and what it is told: text in, text out. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LINE_LIMIT = 512 }; /* bytes of one line of a peer, its end included */

typedef enum verb { VERB_UNKNOWN, VERB_LIST, VERB_WATCH, VERB_QUIT } verb;

/* The first line of in[0..size), made NUL-terminated in place; `*used` is what it took with its end (LF or
 * CR LF). Null while it is incomplete. */
static inline const char* take_line(char* in, size_t size, size_t* used) {
  char* const end = memchr(in, '\n', size);
  if (!end) return NULL;
  *used = (size_t)(end - in) + 1;
  *end = '\0';
  if (end > in && end[-1] == '\r') end[-1] = '\0';
  return in;
}

/* `*stream` points into the line, behind "WATCH ". */
static inline verb parse_command(const char* line, const char** stream) {
  *stream = "";
  if (strcmp(line, "LIST") == 0) return VERB_LIST;
  if (strcmp(line, "QUIT") == 0) return VERB_QUIT;
  if (strncmp(line, "WATCH ", 6) != 0 || line[6] == '\0') return VERB_UNKNOWN;
  *stream = line + 6;
  return VERB_WATCH;
}

enum { FRAME_LINE_LIMIT = 128 };

/* "track 1 dts 0.040 bytes 24691 key"; returns its length. */
static inline size_t frame_line(char* out, uint32_t track, int64_t dts_ns, uint64_t bytes, int key) {
  const int64_t ms = dts_ns / 1000000;
  return (size_t)snprintf(out, FRAME_LINE_LIMIT, "track %u dts %lld.%03lld bytes %llu%s\n", track,
                          (long long)(ms / 1000), (long long)((ms % 1000 + 1000) % 1000),
                          (unsigned long long)bytes, key ? " key" : "");
}

#endif
