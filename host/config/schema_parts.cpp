#include "config/schema_parts.hpp"

#include <boost/regex.hpp>

namespace sluice::config {
namespace {

constexpr unsigned max_references = 32;
constexpr std::size_t max_gathered = 256;

std::string in_ticks(const Json& value) {
  return "`" + (value.is_string() ? value.get<std::string>() : picture(value)) + "`";
}

std::string listed(const Json& choices) {
  constexpr std::size_t most = 12;
  std::string words;
  for (std::size_t i = 0; i < choices.size() && i < most; ++i)
    words += (i ? ", " : "") + in_ticks(choices[i]);
  return choices.size() > most ? words + ", …" : words;
}

std::string range_in_words(const Json& schema, std::string_view least, std::string_view most,
                           std::string_view unit) {
  const Json* low = keyword(schema, least);
  const Json* high = keyword(schema, most);
  std::string words;
  if (low && high) {
    words = " from " + picture(*low) + " to " + picture(*high);
  } else if (low) {
    words = " of at least " + picture(*low);
  } else if (high) {
    words = " of at most " + picture(*high);
  }
  return words.empty() ? words : words + std::string(unit);
}

std::string types_in_words(const Json& type) {
  if (type.is_string()) return type_in_words(type.get<std::string>());
  std::string words;
  for (const Json& one : type)
    words += (words.empty() ? "" : " or ") + type_in_words(one.is_string() ? one.get<std::string>() : "");
  return words;
}

}  // namespace

const Json* keyword(const Json& schema, std::string_view name) {
  if (!schema.is_object()) return nullptr;
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

const Json* resolve(const Json& root, const Json& schema) {
  const Json* at = &schema;
  for (unsigned i = 0; i < max_references; ++i) {
    const Json* reference = keyword(*at, "$ref");
    if (!reference) return at;
    if (!reference->is_string()) return nullptr;
    const std::string text = reference->get<std::string>();
    if (!text.starts_with("#")) return nullptr;
    try {
      const Json::json_pointer pointer(text.substr(1));
      if (!root.contains(pointer)) return nullptr;
      at = &root.at(pointer);
    } catch (const Json::exception&) {
      return nullptr;
    }
  }
  return nullptr;
}

std::vector<const Json*> property_schemas(const Json& schema, const std::string& name) {
  std::vector<const Json*> found;
  if (const Json* properties = keyword(schema, "properties"); properties && properties->contains(name)) {
    found.push_back(&properties->at(name));
  }
  if (const Json* patterns = keyword(schema, "patternProperties"); patterns && patterns->is_object()) {
    for (const auto& [pattern, sub] : patterns->items())
      if (pattern_matches(pattern, name)) found.push_back(&sub);
  }
  if (!found.empty()) return found;
  if (const Json* rest = keyword(schema, "additionalProperties"); rest && rest->is_object())
    found.push_back(rest);
  return found;
}

void gather_schemas(const Json& root, const Json& schema, Branches branches, std::vector<const Json*>& out) {
  const Json* resolved = resolve(root, schema);
  if (!resolved || !resolved->is_object() || out.size() >= max_gathered) return;
  out.push_back(resolved);
  auto gather_each = [&](std::string_view name) {
    if (const Json* list = keyword(*resolved, name); list && list->is_array())
      for (const Json& branch : *list) gather_schemas(root, branch, branches, out);
  };
  gather_each("allOf");
  if (branches == Branches::certain) return;
  gather_each("anyOf");
  gather_each("oneOf");
}

bool pattern_compiles(const std::string& pattern) {
  const boost::regex expression(pattern, boost::regex::ECMAScript | boost::regex::no_except);
  return expression.status() == 0;
}

bool pattern_matches(const std::string& pattern, const std::string& text) {
  try {
    return boost::regex_search(text, boost::regex(pattern, boost::regex::ECMAScript));
  } catch (const std::runtime_error&) {  // does not compile, or gave up on its own complexity
    return false;
  }
}

std::string type_in_words(const std::string& type) {
  if (type == "integer") return "an integer";
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "boolean") return "true or false";
  return type == "null" ? "null" : "a " + type;
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  return type == "null" && value.is_null();
}

std::string expectation(const Json& root, const Json& schema) {
  const Json* resolved = resolve(root, schema);
  if (!resolved) return "a value";
  if (const Json* choices = keyword(*resolved, "enum"); choices && choices->is_array())
    return (choices->size() == 1 ? "" : "one of ") + listed(*choices);
  if (const Json* only = keyword(*resolved, "const")) return in_ticks(*only);
  for (const char* name : {"oneOf", "anyOf"}) {
    if (const Json* branches = keyword(*resolved, name); branches && branches->is_array()) {
      std::string words;
      for (const Json& branch : *branches)
        words += (words.empty() ? "" : ", or ") +
                 (keyword(branch, "$ref") ? "a value" : expectation(root, branch));
      return words;
    }
  }
  const Json* type = keyword(*resolved, "type");
  std::string words = type ? types_in_words(*type) : "a value";
  words += range_in_words(*resolved, "minimum", "maximum", "");
  words += range_in_words(*resolved, "minLength", "maxLength", " characters");
  words += range_in_words(*resolved, "minItems", "maxItems", " elements");
  if (const Json* pattern = keyword(*resolved, "pattern"))
    words += " matching " + (pattern->is_string() ? pattern->get<std::string>() : "");
  return words;
}

}  // namespace sluice::config
