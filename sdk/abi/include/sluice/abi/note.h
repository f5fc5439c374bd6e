/* The ELF note by which the host knows a module before any of its code runs.
 *
 * Section ".note.sluice" (SHT_NOTE, inside a PT_NOTE segment, survives strip), owner "SLUICE", type 1; the
 * descriptor is sluice_note. The SDK's build rule writes it from the manifest; nobody does so by hand. */
#ifndef SLUICE_ABI_NOTE_H
#define SLUICE_ABI_NOTE_H

#include <stdint.h>

#define SLUICE_NOTE_OWNER "SLUICE"
#define SLUICE_NOTE_TYPE 1u

typedef struct sluice_note {
  uint32_t struct_size;        /* 264 */
  uint32_t major;              /* core ABI */
  uint32_t minor_built;        /* the SDK it was built with */
  uint32_t minor_min;          /* the oldest host minor it works with */
  uint8_t manifest_sha256[32]; /* of the manifest's canonical `module` part without `targets` */
  char id[128];                /* NUL-padded */
  char version[64];            /* NUL-padded */
  uint32_t reserved[6];        /* zero */
} sluice_note;

/* What the linker sees: ELF note header, owner, descriptor. */
typedef struct sluice_note_section {
  uint32_t name_size; /* 7: the NUL counts */
  uint32_t descriptor_size;
  uint32_t type;
  char name[8]; /* "SLUICE", padded to four */
  sluice_note descriptor;
} sluice_note_section;

#endif
