/* sluice.report/1: what the host says of itself, for modules that show it: health checks, metrics, consoles.
 */
#ifndef SLUICE_ABI_REPORT_H
#define SLUICE_ABI_REPORT_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_REPORT_ID "sluice.report/1"

/* Both look at the whole host: for a question now and then, not for every frame. Fails: LIMIT (the text's
 * room is too small), NOT_SUPPORTED (this host keeps no such report). */
typedef struct sluice_report {
  uint32_t struct_size;
  uint32_t minor;
  /* [any] {"version": "1.2.3", "uptime_s": 12, "ready": true, "stopping": false, "degraded": false,
   *  "reasons": ["..."], "totals": {"streams": 1, "viewers": 2, ...}}. Not ready: a module that the operator
   *  requires does not serve, or the host stops. */
  sluice_status (*health)(void* self, sluice_text* out);
  /* [any] All metrics of the host and of every module (sluice.metrics/1):
   *  [{"name": "...", "kind": "counter", "help": "...", "labels": {"module": "..."}, "value": 7}]; a
   * histogram has "sum", "count" and "buckets": [{"le": 5, "count": 2}] instead of a value, cumulative. */
  sluice_status (*metrics)(void* self, sluice_text* out);
} sluice_report;

#ifdef __cplusplus
}
#endif
#endif
