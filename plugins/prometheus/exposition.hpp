// The text a Prometheus server reads: exposition format 0.0.4. Families are gathered first, because all lines
// of one must stand together.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::prometheus {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Exposition {
 public:
  static constexpr const char* type = "text/plain; version=0.0.4; charset=utf-8";

  // `kind`: counter, gauge or histogram. The first help and kind of a name stand.
  void add(const std::string& name, std::string_view kind, std::string_view help, const Labels& labels,
           double value);
  // All of sluice.report/1, each name with `prefix` in front.
  void add_all(const nlohmann::json& metrics, const std::string& prefix);
  std::string text() const;

 private:
  struct Family {
    std::string kind;
    std::string help;
    std::string lines;
  };

  Family& family(const std::string& name, std::string_view kind, std::string_view help);
  static void line(Family& family, const std::string& name, const Labels& labels, double value);
  void add_histogram(const std::string& name, const nlohmann::json& metric, const Labels& labels);

  std::map<std::string, Family> families_;
};

}  // namespace sluice::prometheus
