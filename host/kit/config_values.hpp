// Configurations made from a module's schema: changed ones that it allows, and strange ones, allowed or not.
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/json_text.hpp"

namespace sluice::kit {

struct ConfigTry {
  std::string place;  // JSON pointer of what differs
  std::string value;  // in words
  config::Json effective;
  bool allowed = false;  // by the schema

  std::string in_words() const { return place + " = " + value; }
};

// Another choice, the least and the most, a bool the other way round, an array with and without an element:
// at most three for a place, all allowed. `names`: the properties that are changed; the rest stays as it is
// in `effective`. What only some elements of an array would have is changed in an element made for it.
std::vector<ConfigTry> changed_configs(const config::Json& schema, const config::Json& effective,
                                       const std::vector<std::string>& names);

// Long strings, NUL and control characters, numbers at the edge of what a machine holds, deep nesting, null:
// each at each place.
std::vector<ConfigTry> hostile_configs(const config::Json& schema, const config::Json& effective,
                                       const std::vector<std::string>& names);

// `most` of them, evenly spread; all when there are no more.
std::vector<ConfigTry> spread(std::vector<ConfigTry> tries, std::size_t most);

}  // namespace sluice::kit
