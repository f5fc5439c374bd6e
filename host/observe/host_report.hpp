// What the host can say of itself, asked by whoever shows it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

namespace sluice::observe {

// Both [any]; empty: there is nothing to say. Set before the first module starts.
struct HostReport {
  std::function<nlohmann::json()> health;   // as in sluice/abi/report.h
  std::function<nlohmann::json()> metrics;  // Metrics::snapshot
};

}  // namespace sluice::observe
