// Counter and Gauge: a metric opened once, moved from any thread.
#pragma once

#include <string_view>

#include <sluice/host.hpp>

namespace sluice {

class Metric {
 public:
  Metric() = default;
  Metric(const Host& host, std::uint32_t kind, std::string_view name, std::string_view help,
         std::string_view labels = {})
      : host_(&host) {
    sluice_metric_spec spec{};
    spec.struct_size = sizeof spec;
    spec.kind = kind;
    spec.name = to_abi(name);
    spec.help = to_abi(help);
    spec.labels = to_abi(labels);
    host.metrics().call(&sluice_metrics::open, host.metrics().self(),
                        static_cast<const sluice_metric_spec*>(&spec), &handle_);
  }

  void add(std::int64_t value = 1) const {
    if (handle_) host_->metrics().call(&sluice_metrics::add, handle_, value);
  }
  void set(std::int64_t value) const {
    if (handle_) host_->metrics().call(&sluice_metrics::set, handle_, value);
  }

 private:
  const Host* host_ = nullptr;
  sluice_metric* handle_ = nullptr;  // null: the host's bound was reached; then nothing is counted
};

}  // namespace sluice
