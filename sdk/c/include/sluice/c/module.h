/* What a module in plain C needs beside the contract: finding the host's tables, refusing, the entry's
 * answer. Everything is static and copied into the module; nothing here is part of the binary contract. */
#ifndef SLUICE_C_MODULE_H
#define SLUICE_C_MODULE_H

#include <stddef.h>
#include <string.h>

#include <sluice/abi/sluice.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Written by the build rule (or sluice-note) from the manifest. */
extern const sluice_note_section sluice_module_note;

/* True if the table has this method; a method an older host lacks is to be treated as NOT_SUPPORTED. */
#define SLUICE_HAS(table, type, method) \
  ((table)->struct_size >= offsetof(type, method) + sizeof((table)->method) && (table)->method)

/* Borrowed: the text must live as long as the result. */
static inline sluice_str sluice_str_of(const char* text) {
  sluice_str out;
  out.data = text;
  out.size = strlen(text);
  return out;
}

/* Fills the caller's err, if there is one, and hands the status on. */
static inline sluice_status sluice_refuse(sluice_err* err, sluice_status status, const char* message,
                                          const char* hint) {
  if (err && err->struct_size >= sizeof *err) {
    const uint32_t size = err->struct_size;
    memset(err, 0, sizeof *err);
    err->struct_size = size;
    err->status = status;
    strncpy(err->message, message, sizeof err->message - 1);
    strncpy(err->hint, hint, sizeof err->hint - 1);
  }
  return status;
}

/* The host's tables, each with the self that goes first into its calls. Valid until destroy returns. */
typedef struct sluice_tables {
  const sluice_engine* engine;
  void* engine_self;
  const sluice_registry* registry;
  void* registry_self;
  const sluice_net* net;
  void* net_self;
  const sluice_log* log;
  void* log_self;
  const sluice_clock* clock;
  void* clock_self;
} sluice_tables;

static inline sluice_status sluice_find(const sluice_host* host, const char* id, const void** table,
                                        void** self, sluice_err* err) {
  sluice_interface found;
  sluice_status status;
  memset(&found, 0, sizeof found);
  found.struct_size = sizeof found;
  status = host->get_interface(host->self, sluice_str_of(id), 0, &found, err);
  *table = found.table;
  *self = found.self;
  return status;
}

/* Whether a table has every method that lies within `size`, as all of the oldest minor do. */
static inline int sluice_is_whole(const void* table, size_t size) {
  const char* bytes = (const char*)table;
  size_t at;
  if (*(const uint32_t*)table < size) return 0;
  for (at = 2 * sizeof(uint32_t); at + sizeof(void*) <= size; at += sizeof(void*)) {
    const void* method;
    memcpy(&method, bytes + at, sizeof method);
    if (!method) return 0;
  }
  return 1;
}

static inline sluice_status sluice_find_whole(const sluice_host* host, const char* id, size_t size,
                                              const void** table, void** self, sluice_err* err) {
  const sluice_status status = sluice_find(host, id, table, self, err);
  if (status == SLUICE_STATUS_NOT_FOUND) {
    *table = NULL;
    return SLUICE_STATUS_OK;
  }
  if (status != SLUICE_STATUS_OK || sluice_is_whole(*table, size)) return status;
  return sluice_refuse(err, SLUICE_STATUS_NOT_SUPPORTED,
                       "this host lacks a method that was there from the start", "update the host");
}

/* [any] Finds them all. One that this host does not have is null: what the manifest requires is there.
 * Fails: NOT_SUPPORTED (one lacks a method), else as get_interface does. */
static inline sluice_status sluice_tables_find(const sluice_host* host, sluice_tables* out, sluice_err* err) {
  const void* table[5];
  sluice_status status;
  if ((status = sluice_find_whole(host, SLUICE_ENGINE_ID, sizeof(sluice_engine), &table[0], &out->engine_self,
                                  err)) != SLUICE_STATUS_OK ||
      (status = sluice_find_whole(host, SLUICE_REGISTRY_ID, sizeof(sluice_registry), &table[1],
                                  &out->registry_self, err)) != SLUICE_STATUS_OK ||
      (status = sluice_find_whole(host, SLUICE_NET_ID, sizeof(sluice_net), &table[2], &out->net_self, err)) !=
          SLUICE_STATUS_OK ||
      (status = sluice_find_whole(host, SLUICE_LOG_ID, sizeof(sluice_log), &table[3], &out->log_self, err)) !=
          SLUICE_STATUS_OK ||
      (status = sluice_find_whole(host, SLUICE_CLOCK_ID, sizeof(sluice_clock), &table[4], &out->clock_self,
                                  err)) != SLUICE_STATUS_OK)
    return status;
  out->engine = (const sluice_engine*)table[0];
  out->registry = (const sluice_registry*)table[1];
  out->net = (const sluice_net*)table[2];
  out->log = (const sluice_log*)table[3];
  out->clock = (const sluice_clock*)table[4];
  return SLUICE_STATUS_OK;
}

/* [any] Now, ns, the clock of every deadline; 0 on a host without one. */
static inline int64_t sluice_now(const sluice_tables* host) {
  return host->clock ? host->clock->monotonic(host->clock_self) : 0;
}

/* [any] One line for the operator, `text` NUL-terminated. No secrets. */
static inline void sluice_say_at(const sluice_tables* host, uint32_t level, const char* file, uint32_t line,
                                 const char* text) {
  sluice_log_site site;
  site.struct_size = sizeof site;
  site.line = line;
  site.file = sluice_str_of(file);
  if (host->log && host->log->enabled(host->log_self, level))
    host->log->write(host->log_self, level, &site, sluice_str_of(text), NULL, 0);
}
#define SLUICE_SAY(host, level, text) sluice_say_at(host, level, __FILE__, __LINE__, text)

/* What the entry asks first. Fails: NOT_SUPPORTED (this host does not suit the module), ARGUMENT. */
static inline sluice_status sluice_suits(const sluice_offer* offer, const sluice_answer* answer) {
  const sluice_note* note = &sluice_module_note.descriptor;
  if (!offer || !answer || answer->struct_size < sizeof *answer) return SLUICE_STATUS_ARGUMENT;
  return offer->major == note->major && offer->minor_max >= note->minor_min && offer->must_understand == 0
             ? SLUICE_STATUS_OK
             : SLUICE_STATUS_NOT_SUPPORTED;
}

/* What the entry answers then; names come from the note. */
static inline sluice_status sluice_answer_with(const sluice_offer* offer, sluice_answer* answer,
                                               const sluice_module_life* life, void* self) {
  const sluice_note* note = &sluice_module_note.descriptor;
  memset(answer, 0, sizeof *answer);
  answer->struct_size = sizeof *answer;
  answer->minor = offer->minor_max < note->minor_built ? offer->minor_max : note->minor_built;
  answer->id = sluice_str_of(note->id);
  answer->version = sluice_str_of(note->version);
  answer->life = life;
  answer->self = self;
  return SLUICE_STATUS_OK;
}

#ifdef __cplusplus
}
#endif
#endif
