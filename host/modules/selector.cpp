#include "modules/selector.hpp"

#include <algorithm>

namespace sluice::modules {

using nlohmann::json;

bool selects(const json& selector, const std::string& name, const json& attributes) {
  if (selector.is_null()) return true;
  if (selector.is_string()) return selector == name;
  for (const auto& [key, wanted] : selector.items()) {
    const json offered = key == "name" ? json(name) : attributes.value(key, json());
    const bool among =
        offered.is_array() && std::find(offered.begin(), offered.end(), wanted) != offered.end();
    if (offered != wanted && !among) return false;
  }
  return true;
}

}  // namespace sluice::modules
