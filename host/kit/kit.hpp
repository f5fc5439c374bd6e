// The conformance kit: everything `sluice modules check` finds out about one module. No code of the module
// runs in this process.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kit/report.hpp"
#include "modules/platform.hpp"

namespace sluice::kit {

struct KitOrder {
  std::string file;               // the module's library or manifest
  std::string config_file;        // its part of a config file; empty: defaults
  std::filesystem::path program;  // what runs a case: this program, unless a test says otherwise
  std::vector<std::string> only;  // names of cases; empty: all. The founding ones are always tried.
  bool static_only = false;       // run none of its code
  bool quick = false;             // fewer rounds
  std::chrono::milliseconds patience{5000};  // for one call of the life table
};

// `told` hears of each case as it is over.
Report check_module(const KitOrder& order, const modules::Platform& platform,
                    const std::function<void(const CaseResult&)>& told = {});

}  // namespace sluice::kit
