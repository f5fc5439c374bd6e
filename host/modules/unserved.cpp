#include "modules/unserved.hpp"

#include <algorithm>

namespace sluice::modules {
namespace {

constexpr const char* rule = "SL-MAN-005";

std::optional<Refusal> unserved_of_author(const Manifest& manifest) {
  const auto& ways = manifest.isolation;
  if (std::find(ways.begin(), ways.end(), "in-process") != ways.end()) return std::nullopt;
  return Refusal{
      rule,
      "module.isolation allows nothing but a process of its own, and this host runs modules inside "
      "itself only",
      manifest.path, "Ask its author for a build that may run in-process."};
}

std::optional<Refusal> unserved_of_operator(const OperatorHalf& half, const std::string& path) {
  if (half.isolation == "process")
    return Refusal{
        rule,
        "operator.isolation asks for a process of its own, and this host runs modules inside itself "
        "only",
        path, "Remove it, or set it to \"in-process\"."};
  if (!half.instances.empty())
    return Refusal{rule,
                   "operator.instances asks for " + std::to_string(half.instances.size()) +
                       (half.instances.size() == 1 ? " instance" : " instances") +
                       " of it by name, and this host runs each module once",
                   path, "Remove it, and give the module its settings under operator.config."};
  if (!half.limits.empty())
    return Refusal{
        rule, "operator.limits sets bounds for this module alone, which this host does not enforce", path,
        "Remove it; what holds for the whole server stands under `limits` of the config file."};
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> find_unserved(const Manifest& manifest, const OperatorHalf* overlay,
                                     const std::string& overlay_path) {
  if (auto refusal = unserved_of_author(manifest)) return refusal;
  OperatorHalf own = manifest.operator_half;
  if (overlay) {
    if (auto refusal = unserved_of_operator(*overlay, overlay_path)) return refusal;
    if (overlay->isolation) own.isolation.reset();
  }
  return unserved_of_operator(own, manifest.path);
}

}  // namespace sluice::modules
