// What one case of the kit came to.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "config/json_text.hpp"
#include "modules/preflight.hpp"

namespace sluice::kit {

using config::Json;
using modules::Verdict;

struct CaseResult {
  std::string name;
  Verdict verdict = Verdict::pass;
  std::string rule;     // that was broken; of a pass or skip: that the case is about
  std::string finding;  // what was seen, or why it was skipped
  std::string remedy;
  std::chrono::milliseconds took{0};
  std::string log;  // the end of the host's log and of what the module printed, where it failed
};

Json to_json(const CaseResult& result);
// Nothing when it is not one: a child that was broken off may have written half of it.
std::optional<CaseResult> case_result_from(const Json& json);

}  // namespace sluice::kit
