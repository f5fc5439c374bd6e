#include "observe/metrics.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace sluice::observe {

namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.metrics"; }
  std::string message(int code) const override {
    switch (static_cast<MetricsErrc>(code)) {
      case MetricsErrc::bad_name:
        return "a metric's name is [a-z_][a-z0-9_]*, at most 128 characters";
      case MetricsErrc::bad_labels:
        return "labels are key=value,key=value with keys [a-z_]+, at most 8, 512 bytes";
      case MetricsErrc::bad_bounds:
        return "a histogram has 1 to 32 rising bounds, nothing else has any";
      case MetricsErrc::other_kind:
        return "this metric exists with another kind or other bounds";
      case MetricsErrc::too_many:
        return "a module has at most 1024 metrics";
    }
    return "unknown";
  }
};

bool lower(char c) { return c >= 'a' && c <= 'z'; }

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || (!lower(name[0]) && name[0] != '_')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return lower(c) || c == '_' || (c >= '0' && c <= '9'); });
}

bool valid_label(std::string_view key, std::string_view value) {
  if (key.empty() || key == "module") return false;
  if (!std::all_of(key.begin(), key.end(), [](char c) { return lower(c) || c == '_'; })) return false;
  return std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '=' && c != '"' && c != '\\' && c != 0x7f;
  });
}

using Labels = std::map<std::string, std::string>;

std::optional<Labels> parse_labels(std::string_view text) {
  Labels labels;
  if (text.size() > 512) return std::nullopt;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto one = text.substr(0, comma);
    const auto equals = one.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = one.substr(0, equals), value = one.substr(equals + 1);
    if (!valid_label(key, value) || labels.size() == 8) return std::nullopt;
    if (!labels.emplace(key, value).second) return std::nullopt;
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  return labels;
}

bool valid_bounds(const MetricSpec& spec) {
  if (spec.kind != MetricKind::histogram) return spec.bounds.empty();
  if (spec.bounds.empty() || spec.bounds.size() > Metric::max_bounds) return false;
  return std::adjacent_find(spec.bounds.begin(), spec.bounds.end(), std::greater_equal<>()) ==
         spec.bounds.end();
}

// The same labels in another order are the same metric.
std::string canonical(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels) text += key + "=" + value + ",";
  return text;
}

const char* kind_name(MetricKind kind) {
  return kind == MetricKind::counter ? "counter" : kind == MetricKind::gauge ? "gauge" : "histogram";
}

nlohmann::json describe(const std::string& name, const std::string& help, const std::string& module,
                        const Labels& labels) {
  nlohmann::json one{{"name", name}, {"help", help}, {"labels", labels}};
  if (!module.empty()) one["labels"]["module"] = module;
  return one;
}

}  // namespace

error_code make_error_code(MetricsErrc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

struct Metrics::Named {
  std::string name, module, help;
  Labels labels;
  Metric metric;
};

Metric::Metric(MetricKind kind, std::span<const std::int64_t> bounds)
    : kind_(kind), bound_count_(static_cast<std::uint32_t>(bounds.size())) {
  if (kind != MetricKind::histogram) return;
  bounds_ = std::make_unique<std::int64_t[]>(bounds.size());
  std::copy(bounds.begin(), bounds.end(), bounds_.get());
  buckets_ = std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1);
}

void Metric::add(std::int64_t value) {
  if (kind_ == MetricKind::counter && value < 0) return;
  value_.fetch_add(value, std::memory_order_relaxed);
  if (kind_ != MetricKind::histogram) return;
  const std::int64_t* first = bounds_.get();
  const auto bucket = std::lower_bound(first, first + bound_count_, value) - first;
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
}

void Metric::set(std::int64_t value) {
  if (kind_ == MetricKind::gauge) value_.store(value, std::memory_order_relaxed);
}

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

Result<Metric*> Metrics::open(std::string_view module, const MetricSpec& spec) {
  if (!valid_name(spec.name) || spec.help.size() > 1024) return MetricsErrc::bad_name;
  auto labels = parse_labels(spec.labels);
  if (!labels) return MetricsErrc::bad_labels;
  if (!valid_bounds(spec)) return MetricsErrc::bad_bounds;
  Key key{std::string(spec.name), std::string(module), canonical(*labels)};

  std::lock_guard lock(mutex_);
  if (const auto known = metrics_.find(key); known != metrics_.end()) {
    Metric& metric = known->second->metric;
    const std::span<const std::int64_t> bounds(metric.bounds_.get(), metric.bound_count_);
    const bool same = metric.kind_ == spec.kind &&
                      std::equal(bounds.begin(), bounds.end(), spec.bounds.begin(), spec.bounds.end());
    if (!same) return MetricsErrc::other_kind;
    return &metric;
  }
  auto& count = per_module_[std::string(module)];
  if (count >= max_per_module) return MetricsErrc::too_many;
  ++count;
  std::unique_ptr<Named> named(new Named{std::string(spec.name), std::string(module), std::string(spec.help),
                                         std::move(*labels), Metric(spec.kind, spec.bounds)});
  Metric* metric = &named->metric;
  metrics_.emplace(std::move(key), std::move(named));
  return metric;
}

void Metrics::add_source(Source source) {
  std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

// Without the lock: a source has locks of its own.
std::vector<Sample> Metrics::ask_sources() const {
  std::vector<Source> sources;
  {
    std::lock_guard lock(mutex_);
    sources = sources_;
  }
  std::vector<Sample> samples;
  for (const auto& source : sources) source(samples);
  return samples;
}

nlohmann::json Metrics::snapshot() const {
  std::map<Key, nlohmann::json> found;
  for (const Sample& sample : ask_sources()) {
    const auto labels = parse_labels(sample.labels).value_or(Labels{});
    auto& one = found[{sample.name, sample.module, canonical(labels)}];
    one = describe(sample.name, sample.help, sample.module, labels);
    one["kind"] = kind_name(sample.kind);
    one["value"] = sample.value;
  }
  {
    std::lock_guard lock(mutex_);
    for (const auto& [key, named] : metrics_) found[key] = to_json(*named);
  }
  auto all = nlohmann::json::array();
  for (auto& [key, one] : found) all.push_back(std::move(one));
  return all;
}

nlohmann::json Metrics::to_json(const Named& named) {
  const Metric& metric = named.metric;
  auto one = describe(named.name, named.help, named.module, named.labels);
  one["kind"] = kind_name(metric.kind_);
  if (metric.kind_ != MetricKind::histogram) {
    one["value"] = metric.value();
    return one;
  }
  one["sum"] = metric.value();
  auto& buckets = one["buckets"] = nlohmann::json::array();
  // Cumulative, as Prometheus writes them; the count is taken from the buckets so that the two always agree.
  std::uint64_t below = 0;
  for (std::uint32_t i = 0; i <= metric.bound_count_; ++i) {
    below += metric.buckets_[i].load(std::memory_order_relaxed);
    if (i < metric.bound_count_) buckets.push_back({{"le", metric.bounds_[i]}, {"count", below}});
  }
  one["count"] = below;
  return one;
}

}  // namespace sluice::observe
