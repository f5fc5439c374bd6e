/* Faults that the library's file shows, so that none of its code is ever run. */
#include "bad.h"

#ifdef EXPORTS_MORE /* linked with everything.map */
SLUICE_EXPORT int bad_surprise(void);
int bad_surprise(void) { return 1; }
#endif

#ifdef UNIQUE_SYMBOL /* what g++ makes of a static in an inline function: dlclose never unmaps it */
__asm__(
    ".data\n.globl bad_unique\n.type bad_unique, @gnu_unique_object\n.size bad_unique, 4\n"
    "bad_unique: .long 1\n.text\n");
#endif

#ifdef TEXT_RELOCATION /* an address in the code itself: the loader has to make it writable */
__asm__(".text\n.balign 8\nbad_place: .quad bad_place\n");
#endif

#ifdef STATIC_TLS /* comes out of a small room that the whole process shares */
static _Thread_local volatile char bad_room[4096] __attribute__((tls_model("initial-exec")));
#endif

#ifdef FOREIGN_LIBRARY
extern int bad_foreign(void);
#endif

#ifdef SANITIZED /* what -fsanitize=address leaves in a library */
extern void __asan_init(void);
#endif

#ifdef UNDEFINED
extern void bad_no_such_function(void);
#endif

static sluice_status start(void* self, sluice_err* err) {
#ifdef STATIC_TLS
  for (size_t i = 0; i < sizeof bad_room; ++i) bad_room[i] = 1;
#endif
#ifdef FOREIGN_LIBRARY
  if (bad_foreign() == 0) return SLUICE_STATUS_INTERNAL;
#endif
#ifdef SANITIZED
  __asan_init();
#endif
#ifdef UNDEFINED
  bad_no_such_function();
#endif
  return bad_start(self, err);
}

#ifdef ENTRY_MISSING
#define sluice_entry_v1 sluice_entry_v9
SLUICE_EXPORT sluice_status sluice_entry_v9(const sluice_offer* offer, sluice_answer* answer);
#endif

#ifdef NOTE_MISSING /* built without the note that the build rule makes */
const sluice_note_section sluice_module_note = {
    7, sizeof(sluice_note), SLUICE_NOTE_TYPE, "SLUICE", {.struct_size = sizeof(sluice_note), .major = 1}};
#endif

BAD_MODULE(0, .start = start)
