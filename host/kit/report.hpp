// Everything the kit found about one module, for people's tools: JSON and JUnit XML.
#pragma once

#include <string>
#include <vector>

#include "kit/case_result.hpp"

namespace sluice::kit {

struct Report {
  Json checked;                   // modules::check_file: who it is, and what needs none of its code to run
  std::vector<CaseResult> cases;  // what was tried with it

  Verdict verdict() const;  // the worst of both halves
  std::size_t count(Verdict verdict) const;
};

// `checked`, its verdict now that of both halves, with the member "cases" and the text of each rule broken.
Json to_json(const Report& report);

// One suite, one test case per finding of a rule and per case. A warning is a passed test with its words in
// system-out.
std::string to_junit(const Report& report);

}  // namespace sluice::kit
