/* Changes what belongs to the whole process, and leaves it so. */
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bad.h"

static void on_signal(int number) { (void)number; }

static sluice_status start(void* self, sluice_err* err) {
#ifdef HANDLES_SIGNALS
  signal(SIGUSR2, on_signal);
#else
  (void)on_signal;
#endif
#ifdef CHANGES_FOLDER
  if (chdir("/") != 0) return SLUICE_STATUS_IO;
#endif
#ifdef FORKS
  if (fork() == 0) _exit(0);
#endif
#ifdef EXITS
  exit(0);
#endif
  return bad_start(self, err);
}

BAD_MODULE(0, .start = start)
