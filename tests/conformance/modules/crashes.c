/* Sound in every way that can be seen without running it. */
#include "fixture.h"

static sluice_status start(void* self, sluice_err* err) {
  (void)self;
  (void)err;
  return SLUICE_STATUS_OK;
}

static void nothing(void* self) { (void)self; }

sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {
      .struct_size = sizeof life, .start = start, .stop = nothing, .destroy = nothing};
  (void)offer;
  *(volatile int*)NULL = 1;
  fixture_answer(answer, &life, NULL);
  return SLUICE_STATUS_OK;
}
