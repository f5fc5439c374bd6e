/* sluice.metrics/1: counters and gauges, named as Prometheus does; the host adds the module label. */
#ifndef SLUICE_ABI_METRICS_H
#define SLUICE_ABI_METRICS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_METRICS_ID "sluice.metrics/1"

enum { SLUICE_METRIC_COUNTER = 1, SLUICE_METRIC_GAUGE = 2, SLUICE_METRIC_HISTOGRAM = 3 };

typedef struct sluice_metric_spec {
  uint32_t struct_size;
  uint32_t kind;   /* SLUICE_METRIC_* */
  sluice_str name; /* [a-z_]+, e.g. "rtmp_messages_total" */
  sluice_str help;
  sluice_str labels;     /* "reason=limit,side=in" or empty */
  const int64_t* bounds; /* histogram: rising upper bounds, copied */
  uint64_t bound_count;  /* at most 32 */
} sluice_metric_spec;

typedef struct sluice_metrics {
  uint32_t struct_size;
  uint32_t minor;
  /* [any] The same name and labels give the same metric. Fails: ARGUMENT, LIMIT (1024 per module). */
  sluice_status (*open)(void* self, const sluice_metric_spec* spec, sluice_metric** out);
  /* [any] Lock-free. Counter: add >= 0. Gauge: add or set. Histogram: add observes. */
  void (*add)(sluice_metric* metric, int64_t value);
  void (*set)(sluice_metric* metric, int64_t value);
} sluice_metrics;

#ifdef __cplusplus
}
#endif
#endif
