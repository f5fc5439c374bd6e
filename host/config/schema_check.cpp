// Which schemas the validator serves. A keyword it would silently ignore makes an author believe in a check
// that never happens, so it is refused.
#include <array>
#include <set>

#include "config/near_miss.hpp"
#include "config/schema.hpp"
#include "config/schema_parts.hpp"

namespace sluice::config {
namespace {

enum class Shape {
  any,
  text,
  count,
  number,
  flag,
  flag_or_number,
  names,
  types,
  schema,
  flag_or_schema,
  schemas,
  schema_map,
  pattern_map,
  pattern,
  values,
  reference
};

struct Keyword {
  std::string_view name;
  Shape shape;
};

constexpr auto keywords = std::to_array<Keyword>({
    {"$schema", Shape::text},      {"$id", Shape::text},
    {"id", Shape::text},           {"$comment", Shape::text},
    {"title", Shape::text},        {"description", Shape::text},
    {"format", Shape::text},       {"default", Shape::any},
    {"examples", Shape::any},      {"deprecated", Shape::flag},
    {"readOnly", Shape::flag},     {"type", Shape::types},
    {"enum", Shape::values},       {"const", Shape::any},
    {"$ref", Shape::reference},    {"definitions", Shape::schema_map},
    {"$defs", Shape::schema_map},  {"properties", Shape::schema_map},
    {"required", Shape::names},    {"additionalProperties", Shape::flag_or_schema},
    {"items", Shape::schema},      {"patternProperties", Shape::pattern_map},
    {"minItems", Shape::count},    {"maxItems", Shape::count},
    {"uniqueItems", Shape::flag},  {"minProperties", Shape::count},
    {"maxLength", Shape::count},   {"maxProperties", Shape::count},
    {"minLength", Shape::count},   {"pattern", Shape::pattern},
    {"minimum", Shape::number},    {"maximum", Shape::number},
    {"multipleOf", Shape::number}, {"exclusiveMinimum", Shape::flag_or_number},
    {"oneOf", Shape::schemas},     {"exclusiveMaximum", Shape::flag_or_number},
    {"anyOf", Shape::schemas},     {"allOf", Shape::schemas},
    {"not", Shape::schema},
});

const std::set<std::string, std::less<>> type_names = {"object", "array",   "string", "integer",
                                                       "number", "boolean", "null"};

class SchemaCheck {
 public:
  SchemaCheck(const Json& root, const Origin& origin) : root_(root), origin_(origin) {}

  void check(const Json& schema, const std::string& pointer) {
    if (complaints_.size() >= 50) return;
    if (!schema.is_object()) return complain(pointer, "a schema: an object", schema);
    for (const auto& [name, value] : schema.items()) {
      if (name.starts_with("x-")) continue;
      const std::string place = pointer_to(pointer, name);
      const auto* known =
          std::find_if(keywords.begin(), keywords.end(), [&](const Keyword& k) { return k.name == name; });
      if (known == keywords.end()) {
        complain_unknown(place, name);
      } else {
        check_keyword(known->shape, value, place);
      }
    }
  }

  Complaints take() { return std::move(complaints_); }

 private:
  void check_keyword(Shape shape, const Json& value, const std::string& place) {
    switch (shape) {
      case Shape::any:
        return;
      case Shape::text:
        return expect(value.is_string(), place, "a string", value);
      case Shape::count:
        return expect(value.is_number_unsigned(), place, "an integer of at least 0", value);
      case Shape::number:
        return expect(value.is_number(), place, "a number", value);
      case Shape::flag:
        return expect(value.is_boolean(), place, "true or false", value);
      case Shape::flag_or_number:
        return expect(value.is_boolean() || value.is_number(), place, "true, false or a number", value);
      case Shape::names:
        return expect(value.is_array() && all(value, [](const Json& v) { return v.is_string(); }), place,
                      "a list of names", value);
      case Shape::values:
        return expect(value.is_array() && !value.empty(), place, "a list of at least one value", value);
      case Shape::types:
        return expect(is_type(value) || (value.is_array() && !value.empty() && all(value, is_type)), place,
                      "object, array, string, integer, number, boolean or null, or a list of them", value);
      case Shape::schema:
        return check(value, place);
      case Shape::flag_or_schema:
        return value.is_boolean() ? void() : check(value, place);
      case Shape::schemas:
        return check_list(value, place);
      case Shape::schema_map:
      case Shape::pattern_map:
        return check_map(value, place, shape == Shape::pattern_map);
      case Shape::pattern:
        return expect(value.is_string() && pattern_compiles(value.get<std::string>()), place,
                      "a regular expression", value);
      case Shape::reference:
        return expect(resolve(root_, Json{{"$ref", value}}) != nullptr, place,
                      "a reference into this schema that ends: \"#/definitions/…\"", value);
    }
  }

  void check_list(const Json& value, const std::string& place) {
    if (!value.is_array() || value.empty()) return complain(place, "a list of schemas", value);
    for (std::size_t i = 0; i < value.size(); ++i) check(value[i], pointer_to(place, std::to_string(i)));
  }

  void check_map(const Json& value, const std::string& place, bool patterns) {
    if (!value.is_object()) return complain(place, "an object of schemas", value);
    for (const auto& [name, sub] : value.items()) {
      const std::string sub_place = pointer_to(place, name);
      if (patterns) expect(pattern_compiles(name), sub_place, "a regular expression as key", name);
      check(sub, sub_place);
    }
  }

  static bool is_type(const Json& value) {
    return value.is_string() && type_names.contains(value.get_ref<const std::string&>());
  }

  template <class Predicate>
  static bool all(const Json& list, Predicate fits) {
    return std::all_of(list.begin(), list.end(), fits);
  }

  void expect(bool fits, const std::string& place, const char* expected, const Json& found) {
    if (!fits) complain(place, expected, found);
  }

  void complain(const std::string& place, const char* expected, const Json& found) {
    add({ComplaintKind::violation, {}, {}, place, expected, picture(found), {}});
  }

  void complain_unknown(const std::string& place, const std::string& name) {
    std::vector<std::string> names;
    for (const Keyword& known : keywords) names.emplace_back(known.name);
    add({ComplaintKind::unknown_property,
         {},
         {},
         place,
         "a schema keyword this host checks",
         "`" + name + "`",
         nearest_name(name, names)});
  }

  void add(Complaint complaint) {
    complaint.pointer = origin_.pointer + complaint.pointer;
    if (origin_.text) {
      complaint.file = origin_.text->file();
      complaint.at = origin_.text->key_position(complaint.pointer);
    }
    complaints_.push_back(std::move(complaint));
  }

  const Json& root_;
  const Origin& origin_;
  Complaints complaints_;
};

}  // namespace

Complaints check_schema(const Json& schema, const Origin& origin) {
  SchemaCheck check(schema, origin);
  check.check(schema, "");
  return check.take();
}

}  // namespace sluice::config
