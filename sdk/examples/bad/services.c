/* Answers other modules badly. */
#include "bad.h"

static sluice_status serve(void* self, const sluice_question* question) {
#if defined SERVES_IN_SILENCE /* OK promises an answer */
  (void)self;
  (void)question;
  return SLUICE_STATUS_OK;
#else /* believes that every question is as long as its own are */
  unsigned char number[8];
  (void)self;
  memcpy(number, question->bytes.data, question->bytes.size);
  return number[0] ? SLUICE_STATUS_NOT_FOUND : SLUICE_STATUS_ARGUMENT;
#endif
}

static sluice_status query(void* self, sluice_str iface, uint32_t minor_min, sluice_interface* out) {
  static const sluice_service table = {sizeof table, 0, SLUICE_SERVICE_MARK, serve};
  (void)iface;
  if (minor_min > 0) return SLUICE_STATUS_NOT_SUPPORTED;
  out->minor = 0;
  out->table = &table;
  out->self = self;
  return SLUICE_STATUS_OK;
}

BAD_MODULE(0, .query = query)
