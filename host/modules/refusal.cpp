#include "modules/refusal.hpp"

namespace sluice::modules {

std::string sentence(const Refusal& refusal, const std::string& id, const std::string& version) {
  std::string words = "module " + id;
  if (!version.empty()) words += " " + version;
  words += " REFUSED " + refusal.rule + ": " + refusal.finding;
  if (!refusal.path.empty()) words += " (" + refusal.path + ")";
  words += ".";
  if (!refusal.remedy.empty()) words += " " + refusal.remedy;
  return words;
}

}  // namespace sluice::modules
