/* One fault of the entry or its answer, chosen at compile time (FAULT=X together with FAULT_X). */
#include <stdlib.h>

#include "fixture.h"

enum {
  NONE,
  RETURNS_ERROR,
  NULL_TABLE,
  SIZE_ZERO,
  SIZE_THREE,
  SIZE_HUGE,
  ID_DIFFERS,
  VERSION_NULL,
  MUST_UNDERSTAND,
  TAIL,
  ZERO_TAIL,
  LIFE_SIZE_ZERO,
  LIFE_SIZE_HUGE,
  NO_STOP,
  SLOW,
  MINOR,
  ENTRY_MISSING,
  UNDEFINED,
  INIT_SLOW
};

#ifdef FAULT_UNDEFINED
extern void sluice_no_such_function(void);
#endif

static sluice_status start(void* self, sluice_err* err) {
  (void)self;
  (void)err;
#ifdef FAULT_UNDEFINED
  sluice_no_such_function();
#endif
  return SLUICE_STATUS_OK;
}

static void nothing(void* self) { (void)self; }

#ifdef FAULT_INIT_SLOW
__attribute__((constructor)) static void initialise(void) { fixture_hang(); }
#endif

static sluice_module_life life = {
    .struct_size = sizeof life, .start = start, .stop = nothing, .destroy = nothing};

static sluice_status fill(sluice_answer* answer) {
  answer->struct_size = sizeof *answer;
  answer->id = fixture_str("entry-faults");
  answer->version = fixture_str("1.0.0");
  answer->life = &life;
  switch (FAULT) {
    case RETURNS_ERROR:
      return SLUICE_STATUS_NOT_SUPPORTED;
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
      answer->id = fixture_str("somebody-else");
      break;
    case VERSION_NULL:
      answer->version.data = NULL;
      break;
    case MUST_UNDERSTAND:
      answer->must_understand = 1;
      break;
    case TAIL:
      ((unsigned char*)answer)[sizeof *answer + 7] = 1; /* fall through */
    case ZERO_TAIL:
      answer->struct_size = sizeof *answer + 16;
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
    case SLOW:
      fixture_hang();
      break;
    case MINOR:
      answer->minor = 7;
      break;
    default:
      break;
  }
  return SLUICE_STATUS_OK;
}

#ifdef FAULT_ENTRY_MISSING
SLUICE_EXPORT sluice_status some_other_entry(const sluice_offer* offer, sluice_answer* answer);
sluice_status some_other_entry(const sluice_offer* offer, sluice_answer* answer) {
#else
sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
#endif
  (void)offer;
  return fill(answer);
}
