// What several readers of one schema share: references, the sub-schemas of a property, a schema in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/json_text.hpp"

namespace sluice::config {

// Follows local `$ref`s; null when one leads nowhere or in a circle.
const Json* resolve(const Json& root, const Json& schema);

// The named member of a schema, or null.
const Json* keyword(const Json& schema, std::string_view name);

// Schemas that speak about a property: `properties`, matching `patternProperties`, else
// `additionalProperties`.
std::vector<const Json*> property_schemas(const Json& schema, const std::string& name);

// The same through `$ref`, `allOf` and, if asked, `anyOf` and `oneOf`. `element` = about an array's elements.
enum class Branches { certain, possible };
void gather_schemas(const Json& root, const Json& schema, Branches branches, std::vector<const Json*>& out);

// Linear in the text; an expression that does not compile matches nothing.
bool pattern_matches(const std::string& pattern, const std::string& text);
bool pattern_compiles(const std::string& pattern);

// "an integer from 1 to 65535", "one of `refuse`, `replace`".
std::string expectation(const Json& root, const Json& schema);

std::string type_in_words(const std::string& type);
bool has_type(const Json& value, const std::string& type);

}  // namespace sluice::config
