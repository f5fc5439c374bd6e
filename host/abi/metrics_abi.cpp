#include "abi/metrics_abi.hpp"

#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "observe/metrics.hpp"

namespace sluice::abi {

namespace {

observe::Metric* metric_of(sluice_metric* metric) { return reinterpret_cast<observe::Metric*>(metric); }

sluice_status open(void* self, const sluice_metric_spec* spec, sluice_metric** out) noexcept {
  if (out != nullptr) *out = nullptr;
  if (self == nullptr || out == nullptr) return SLUICE_STATUS_ARGUMENT;
  sluice_metric_spec known;
  if (const auto status = read_struct(spec, known); status != SLUICE_STATUS_OK) return status;
  const bool readable_text = readable(known.name) && readable(known.help) && readable(known.labels);
  const bool bounds =
      known.bound_count <= observe::Metric::max_bounds && (known.bounds != nullptr || known.bound_count == 0);
  if (!readable_text || !bounds) return SLUICE_STATUS_ARGUMENT;
  if (known.kind < SLUICE_METRIC_COUNTER || known.kind > SLUICE_METRIC_HISTOGRAM)
    return SLUICE_STATUS_ARGUMENT;
  Seat& seat = seat_of(self);
  const auto opened =
      seat.host.metrics->open(seat.id, {static_cast<observe::MetricKind>(known.kind),
                                        view(known.name),
                                        view(known.help),
                                        view(known.labels),
                                        {known.bounds, static_cast<std::size_t>(known.bound_count)}});
  if (opened.has_error()) {
    return opened.error() == observe::MetricsErrc::too_many ? SLUICE_STATUS_LIMIT : SLUICE_STATUS_ARGUMENT;
  }
  *out = handed<sluice_metric>(seat, *opened, nullptr);
  return SLUICE_STATUS_OK;
}

void add(sluice_metric* metric, std::int64_t value) noexcept {
  if (metric != nullptr) metric_of(metric)->add(value);
}

void set(sluice_metric* metric, std::int64_t value) noexcept {
  if (metric != nullptr) metric_of(metric)->set(value);
}

}  // namespace

const sluice_metrics& metrics_table() {
  static constexpr sluice_metrics table{sizeof(sluice_metrics), 0, &open, &add, &set};
  return table;
}

}  // namespace sluice::abi
