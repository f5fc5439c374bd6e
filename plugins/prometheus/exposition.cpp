#include "exposition.hpp"

#include <cmath>
#include <cstdio>

namespace sluice::prometheus {
namespace {

// Of a label's value; help text keeps its quotes.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  // Whole numbers as they are: counters of bytes pass 2^32 soon, and 1e+10 is hard to read.
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.17g", value);
  return text;
}

Labels labels_of(const nlohmann::json& metric) {
  Labels labels;
  for (const auto& [name, value] : metric.at("labels").items())
    labels.emplace_back(name, value.get<std::string>());
  return labels;
}

}  // namespace

Exposition::Family& Exposition::family(const std::string& name, std::string_view kind,
                                       std::string_view help) {
  const auto [found, fresh] = families_.try_emplace(name);
  if (fresh) found->second = {std::string(kind), std::string(help), {}};
  return found->second;
}

void Exposition::line(Family& family, const std::string& name, const Labels& labels, double value) {
  family.lines += name;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    family.lines += i == 0 ? '{' : ',';
    family.lines += labels[i].first + "=\"" + escaped(labels[i].second, true) + '"';
  }
  if (!labels.empty()) family.lines += '}';
  family.lines += ' ' + number(value) + '\n';
}

void Exposition::add(const std::string& name, std::string_view kind, std::string_view help,
                     const Labels& labels, double value) {
  line(family(name, kind, help), name, labels, value);
}

void Exposition::add_histogram(const std::string& name, const nlohmann::json& metric, const Labels& labels) {
  Family& one = family(name, "histogram", metric.at("help").get<std::string>());
  Labels bounded = labels;
  bounded.emplace_back("le", "");
  for (const auto& bucket : metric.at("buckets")) {
    bounded.back().second = number(bucket.at("le").get<double>());
    line(one, name + "_bucket", bounded, bucket.at("count").get<double>());
  }
  bounded.back().second = "+Inf";
  line(one, name + "_bucket", bounded, metric.at("count").get<double>());
  line(one, name + "_sum", labels, metric.at("sum").get<double>());
  line(one, name + "_count", labels, metric.at("count").get<double>());
}

void Exposition::add_all(const nlohmann::json& metrics, const std::string& prefix) {
  for (const auto& metric : metrics) {
    const std::string name = prefix + metric.at("name").get<std::string>();
    const std::string kind = metric.at("kind").get<std::string>();
    if (kind == "histogram") {
      add_histogram(name, metric, labels_of(metric));
    } else {
      add(name, kind, metric.at("help").get<std::string>(), labels_of(metric),
          metric.at("value").get<double>());
    }
  }
}

std::string Exposition::text() const {
  std::string all;
  for (const auto& [name, family] : families_) {
    all += "# HELP " + name + ' ' + escaped(family.help, false) + '\n';
    all += "# TYPE " + name + ' ' + family.kind + '\n';
    all += family.lines;
  }
  return all;
}

}  // namespace sluice::prometheus
