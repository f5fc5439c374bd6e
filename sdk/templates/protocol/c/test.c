/* The pure half, without a host or a socket. */
#include <stdio.h>

#include "command.h"

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  printf("failed: %s\n", what);
  failures++;
}

int main(void) {
  static const char* const wrong[] = {"", "list", "WATCH", "WATCH ", "LIST all", "WATCHa/b"};
  char in[] = "LIST\r\nWATCH a/b\nQU", line[FRAME_LINE_LIMIT];
  const size_t size = sizeof in - 1;
  size_t used = 0, i;
  const char* stream;
  check(strcmp(take_line(in, size, &used), "LIST") == 0 && used == 6, "a line ends with CR LF");
  check(strcmp(take_line(in + 6, size - 6, &used), "WATCH a/b") == 0 && used == 10, "or with LF");
  check(take_line(in + 16, size - 16, &used) == NULL, "what is incomplete stays");

  check(parse_command("LIST", &stream) == VERB_LIST, "LIST");
  check(parse_command("QUIT", &stream) == VERB_QUIT, "QUIT");
  check(parse_command("WATCH a/b", &stream) == VERB_WATCH && strcmp(stream, "a/b") == 0, "WATCH");
  for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
    check(parse_command(wrong[i], &stream) == VERB_UNKNOWN, wrong[i]);

  frame_line(line, 1, 40000000, 24691, 1);
  check(strcmp(line, "track 1 dts 0.040 bytes 24691 key\n") == 0, "a key frame");
  check(frame_line(line, 2, 61007000000, 9, 0) == strlen("track 2 dts 61.007 bytes 9\n"), "another frame");
  return failures;
}
