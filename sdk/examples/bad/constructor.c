/* What an initialiser can do to the process that maps the library, before any entry is called. */
#include <unistd.h>

#include "bad.h"

enum { EXITS, ABORTS, SEGFAULTS, LOOPS, LATE, FORKS, CLOSES, EATS };

static void loop(void) {
  volatile int going = 1;
  while (going) {
  }
}

static void eat(void) {
  static const size_t piece = (size_t)64 << 20;
  while (malloc(piece) != NULL) {
  }
  abort(); /* what an allocator that gives up does */
}

__attribute__((constructor)) static void initialise(void) {
  switch (FAULT) {
    case EXITS:
      exit(0);
    case ABORTS:
      abort();
    case SEGFAULTS:
      *(volatile int*)NULL = 1;
      break;
    case LOOPS:
      loop();
      break;
    case LATE:
      poll(NULL, 0, bad_late_ms);
      break;
    case FORKS:
      fork();
      break;
    case CLOSES:
      for (int fd = 0; fd < 3; ++fd) close(fd);
      break;
    case EATS:
      eat();
      break;
    default:
      break;
  }
}

BAD_MODULE(0, .reserved = 0)
