// JSON Schema as manifests and the config use it: a checked subset of draft 4 (docs/decisions/0001), whose
// every complaint names the place, what was expected and the name that was probably meant.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/json_text.hpp"

namespace sluice::config {

// Where a value under test was written. `pointer` is the value's place in `text`.
struct Origin {
  const JsonText* text = nullptr;
  std::string pointer;
};

// Keywords the validator does not serve would be silently ignored: they are complaints here.
Complaints check_schema(const Json& schema, const Origin& origin);

// All violations, at most 50. The schema must have passed check_schema. Besides the standard's keywords,
// `x-secret` keeps a value out of the words and `x-listen` marks a listener's addresses.
Complaints validate(const Json& schema, const Json& value, const Origin& origin);

// The value with every absent property that has a `default` filled in, to any depth.
Json with_defaults(const Json& schema, Json value);

// The value with everything marked `x-secret` replaced, for printing and logs.
Json masked(const Json& schema, Json value);
inline constexpr std::string_view secret_mask = "********";

// The schema with nothing required and no defaults: for a part that overrides another.
Json as_override(Json schema);

// Objects are merged key by key, everything else is replaced.
void merge_over(Json& lower, const Json& upper);

}  // namespace sluice::config
