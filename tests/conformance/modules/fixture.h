/* What the fixture modules share: finding the host's tables, reading a word of their configuration. */
#ifndef SLUICE_TESTS_FIXTURE_H
#define SLUICE_TESTS_FIXTURE_H

#include <poll.h>
#include <sluice/abi/sluice.h>
#include <string.h>

extern const sluice_note_section sluice_module_note; /* written by the build rule from the manifest */

static inline sluice_str fixture_str(const char* text) {
  sluice_str s = {text, strlen(text)};
  return s;
}

static inline const void* fixture_find(const sluice_host* host, const char* id, void** self) {
  sluice_interface found;
  memset(&found, 0, sizeof found);
  found.struct_size = sizeof found;
  if (host->get_interface(host->self, fixture_str(id), 0, &found, NULL) != SLUICE_STATUS_OK) return NULL;
  *self = found.self;
  return found.table;
}

/* Does not come back for longer than any deadline of the tests, but does come back, so that they can end. */
static inline void fixture_hang(void) { poll(NULL, 0, 1500); }

/* Whether the configuration text says "fault": NAME. */
static inline int fixture_fault(const char* json, const char* name) {
  char wanted[64] = "\"fault\":\"";
  strcat(wanted, name);
  strcat(wanted, "\"");
  return strstr(json, wanted) != NULL;
}

static inline void fixture_answer(sluice_answer* answer, const sluice_module_life* life, void* self) {
  answer->struct_size = sizeof *answer;
  answer->minor = SLUICE_ABI_MINOR;
  answer->id = fixture_str(sluice_module_note.descriptor.id);
  answer->version = fixture_str(sluice_module_note.descriptor.version);
  answer->life = life;
  answer->self = self;
}

#endif
