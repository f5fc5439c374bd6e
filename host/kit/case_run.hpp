// The process one case runs in: what it is started with, and where it leaves its verdict.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kit/kit.hpp"

namespace sluice::kit {

// In the case's folder.
inline constexpr const char* verdict_file = "verdict.json";
inline constexpr const char* step_file = "step";      // what was being tried
inline constexpr const char* output_file = "output";  // what was printed

struct CaseOrder {
  std::string name;
  std::string file;
  std::string config_file;
  std::string folder;
  bool quick = false;
  std::int64_t patience_ms = 5000;
};

// The command line that run_case answers to.
std::vector<std::string> case_words(const KitOrder& order, std::string_view name,
                                    const std::filesystem::path& folder);

// Runs the case in this very process, which is to end afterwards. The exit code: 0 with a verdict in the
// folder, 2 when the order makes no sense.
int run_case(const CaseOrder& order);

}  // namespace sluice::kit
