// Counters, gauges and histograms: opened once by name and labels, then updated without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/result.hpp"

namespace sluice::observe {

enum class MetricsErrc { bad_name = 1, bad_labels, bad_bounds, other_kind, too_many };
error_code make_error_code(MetricsErrc code);

enum class MetricKind : std::uint8_t { counter = 1, gauge = 2, histogram = 3 };

class Metric {
 public:
  static constexpr std::size_t max_bounds = 32;

  // [any] Lock-free. Counter: value >= 0, others are ignored. Histogram: observes.
  void add(std::int64_t value);
  // [any] Gauges only; ignored by the others.
  void set(std::int64_t value);

  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }
  std::uint64_t observations() const { return count_.load(std::memory_order_relaxed); }
  MetricKind kind() const { return kind_; }

 private:
  friend class Metrics;
  Metric(MetricKind kind, std::span<const std::int64_t> bounds);

  const MetricKind kind_;
  std::uint32_t bound_count_ = 0;
  std::atomic<std::int64_t> value_{0};  // histogram: the sum
  std::atomic<std::uint64_t> count_{0};
  std::unique_ptr<std::int64_t[]> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;  // bound_count_ + 1, not cumulative
};

struct MetricSpec {
  MetricKind kind = MetricKind::counter;
  std::string_view name;  // [a-z_][a-z0-9_]*
  std::string_view help;
  std::string_view labels;  // "reason=limit,side=in"; keys [a-z_]+, values without , = " and control bytes
  std::span<const std::int64_t> bounds;  // rising
};

// A figure for one snapshot, of something that comes and goes. Counter or gauge; the rest as in MetricSpec.
struct Sample {
  MetricKind kind = MetricKind::gauge;
  std::string name;
  std::string help;
  std::string module;
  std::string labels;
  std::int64_t value = 0;
};

class Metrics {
 public:
  static constexpr std::size_t max_per_module = 1024;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // [any] The same module, name and labels give the same metric, which lives as long as this object.
  // `module` empty: the host itself.
  Result<Metric*> open(std::string_view module, const MetricSpec& spec);

  // [any] Asked at every snapshot, on its thread, for what nobody should keep up to date in between, and for
  // whose owners end before this object does. Outlives the last snapshot.
  using Source = std::function<void(std::vector<Sample>& out)>;
  void add_source(Source source);

  // [any] [{"name", "kind", "help", "labels": {"module": ..}, "value" | "sum", "count", "buckets"}], in a
  // fixed order.
  nlohmann::json snapshot() const;

 private:
  struct Named;
  static nlohmann::json to_json(const Named& named);
  std::vector<Sample> ask_sources() const;
  using Key = std::array<std::string, 3>;  // name, module, labels
  mutable std::mutex mutex_;
  std::map<Key, std::unique_ptr<Named>> metrics_;
  std::map<std::string, std::size_t, std::less<>> per_module_;
  std::vector<Source> sources_;
};

}  // namespace sluice::observe

template <>
struct boost::system::is_error_code_enum<sluice::observe::MetricsErrc> : std::true_type {};
