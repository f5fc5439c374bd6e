/* Needs a library that is there when it is linked and gone when it is loaded. */
#include "fixture.h"

extern int sluice_fixture_absent(void);

static sluice_status start(void* self, sluice_err* err) {
  (void)self;
  (void)err;
  return sluice_fixture_absent();
}

static void nothing(void* self) { (void)self; }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .start = start, .stop = nothing, .destroy = nothing};
  (void)offer;
  fixture_answer(answer, &life, NULL);
  return SLUICE_STATUS_OK;
}
