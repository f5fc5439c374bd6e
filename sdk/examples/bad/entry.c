/* Faults of the entry and of its answer. */
#include "bad.h"

#include <unistd.h>

enum {
  RETURNS_ERROR,
  NULL_TABLE,
  SIZE_ZERO,
  SIZE_THREE,
  SIZE_HUGE,
  ID_DIFFERS,
  VERSION_NULL,
  MUST_UNDERSTAND,
  NEWER_FIELD,
  NEWER_ZEROS,
  MINOR,
  LIFE_SIZE_ZERO,
  LIFE_SIZE_HUGE,
  NO_STOP,
  IGNORES_FLAGS,
  HANGS,
  LATE,
  OPENS
};

static void nothing(void* self) { (void)self; }

static sluice_module_life life = {
    .struct_size = sizeof life, .start = bad_start, .stop = bad_stop, .destroy = nothing};

/* Of an answer that is refused nobody calls destroy: what would leak is static instead. */
static void take_over(sluice_answer* answer) {
  static bad_module only;
  only = *(bad_module*)answer->self;
  only.own = NULL;
  bad_destroy(answer->self);
  answer->self = &only;
}

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  sluice_offer taken = *offer;
  sluice_status status;
  int ends[2];
  if (FAULT == IGNORES_FLAGS) taken.must_understand = 0; /* R10: a flag it cannot know, taken all the same */
  status = bad_answer(&taken, answer, &life, 0);
  if (status != SLUICE_STATUS_OK) return status;
  take_over(answer);
  switch (FAULT) {
    case RETURNS_ERROR:
      return SLUICE_STATUS_INTERNAL;
    case NULL_TABLE:
      answer->life = NULL;
      break;
    case SIZE_ZERO:
      answer->struct_size = 0;
      break;
    case SIZE_THREE:
      answer->struct_size = 3;
      break;
    case SIZE_HUGE:
      answer->struct_size = 0xffffffffu;
      break;
    case ID_DIFFERS:
      answer->id = bad_str("somebody-else");
      break;
    case VERSION_NULL:
      answer->version.data = NULL;
      break;
    case MUST_UNDERSTAND:
      answer->must_understand = 1;
      break;
    case NEWER_FIELD: /* a field behind all that the host knows, and not zero */
      answer->struct_size = sizeof *answer + 8;
      ((unsigned char*)answer)[sizeof *answer] = 1;
      break;
    case NEWER_ZEROS: /* of a newer module that uses nothing new: the room behind is the host's, and zero */
      answer->struct_size = sizeof *answer + 16;
      break;
    case MINOR:
      answer->minor = 7;
      break;
    case LIFE_SIZE_ZERO:
      life.struct_size = 0;
      break;
    case LIFE_SIZE_HUGE:
      life.struct_size = 0xffffffffu;
      break;
    case NO_STOP:
      life.stop = NULL;
      break;
    case HANGS:
      bad_hang();
      break;
    case LATE:
      poll(NULL, 0, bad_late_ms);
      break;
    case OPENS:
      if (pipe(ends) != 0) return SLUICE_STATUS_IO;
      break;
    default:
      break;
  }
  return SLUICE_STATUS_OK;
}
