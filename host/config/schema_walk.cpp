// Walks of a value along its schema: defaults, masks, overrides.
#include "config/schema.hpp"
#include "config/schema_parts.hpp"

namespace sluice::config {
namespace {

constexpr unsigned max_depth = 64;
constexpr unsigned max_visits = 200'000;  // against schemas that multiply through references

// A property that is absent and whose own properties have defaults appears with them, unless something else
// in it is required that has none.
bool complete(const Json& schema, const Json& value) {
  const Json* required = keyword(schema, "required");
  if (!required || !required->is_array()) return true;
  for (const Json& name : *required)
    if (name.is_string() && !value.contains(name.get_ref<const std::string&>())) return false;
  return true;
}

class Filler {
 public:
  explicit Filler(const Json& root) : root_(root) {}

  void fill(const Json& schema, Json& value, unsigned depth = max_depth) {
    if (depth == 0 || ++visits_ > max_visits || !value.is_structured()) return;
    std::vector<const Json*> schemas;
    gather_schemas(root_, schema, Branches::certain, schemas);
    for (const Json* one : schemas) {
      if (value.is_object()) {
        fill_object(*one, value, depth - 1);
      } else if (const Json* items = keyword(*one, "items"); items && items->is_object()) {
        for (Json& element : value) fill(*items, element, depth - 1);
      }
    }
  }

 private:
  void fill_object(const Json& schema, Json& object, unsigned depth) {
    const Json* properties = keyword(schema, "properties");
    if (properties && properties->is_object())
      for (const auto& [name, sub] : properties->items()) fill_property(sub, name, object, depth);
    for (auto& [name, member] : object.items()) {
      if (properties && properties->contains(name)) continue;
      for (const Json* sub : property_schemas(schema, name)) fill(*sub, member, depth);
    }
  }

  void fill_property(const Json& sub, const std::string& name, Json& object, unsigned depth) {
    if (object.contains(name)) return fill(sub, object[name], depth);
    std::vector<const Json*> schemas{&sub};  // a default may stand beside a `$ref`
    gather_schemas(root_, sub, Branches::certain, schemas);
    for (const Json* one : schemas) {
      if (const Json* preset = keyword(*one, "default")) {
        object[name] = *preset;
        return fill(sub, object[name], depth);
      }
    }
    // Never through a reference: a schema may contain itself.
    if (!keyword(sub, "properties") || keyword(sub, "$ref") || keyword(sub, "allOf")) return;
    Json made = Json::object();
    fill(sub, made, depth);
    if (!made.empty() && complete(sub, made)) object[name] = std::move(made);
  }

  const Json& root_;
  unsigned visits_ = 0;
};

class Masker {
 public:
  explicit Masker(const Json& root) : root_(root) {}

  void mask(const Json& schema, Json& value, unsigned depth = max_depth) {
    std::vector<const Json*> schemas;
    if (keyword(schema, "$ref")) schemas.push_back(&schema);  // the mark may stand beside the reference
    gather_schemas(root_, schema, Branches::possible, schemas);
    const bool spent = depth == 0 || ++visits_ > max_visits;  // too deep to be sure: hide it
    for (const Json* one : schemas) {
      const Json* secret = keyword(*one, "x-secret");
      if (spent || (secret && *secret == true)) {
        if (!value.is_null() && value != "") value = secret_mask;
        return;
      }
      if (value.is_object()) {
        for (auto& [name, member] : value.items())
          for (const Json* sub : property_schemas(*one, name)) mask(*sub, member, depth - 1);
      } else if (const Json* items = keyword(*one, "items");
                 value.is_array() && items && items->is_object()) {
        for (Json& element : value) mask(*items, element, depth - 1);
      }
    }
  }

 private:
  const Json& root_;
  unsigned visits_ = 0;
};

void loosen(Json& schema, unsigned depth) {
  if (!schema.is_object() || depth == 0) return;
  for (const char* name : {"required", "default", "minProperties"}) schema.erase(name);
  for (const char* name : {"properties", "patternProperties", "definitions", "$defs"})
    if (auto map = schema.find(name); map != schema.end() && map->is_object())
      for (auto& [key, sub] : map->items()) loosen(sub, depth - 1);
  for (const char* name : {"items", "additionalProperties"})
    if (auto sub = schema.find(name); sub != schema.end()) loosen(*sub, depth - 1);
  for (const char* name : {"allOf", "anyOf", "oneOf"})
    if (auto list = schema.find(name); list != schema.end() && list->is_array())
      for (Json& branch : *list) loosen(branch, depth - 1);
}

}  // namespace

Json with_defaults(const Json& schema, Json value) {
  Filler(schema).fill(schema, value);
  return value;
}

Json masked(const Json& schema, Json value) {
  Masker(schema).mask(schema, value);
  return value;
}

Json as_override(Json schema) {
  loosen(schema, max_depth);
  return schema;
}

void merge_over(Json& lower, const Json& upper) {
  if (!lower.is_object() || !upper.is_object()) {
    lower = upper;
    return;
  }
  for (const auto& [name, value] : upper.items()) {
    if (lower.contains(name)) {
      merge_over(lower[name], value);
    } else {
      lower[name] = value;
    }
  }
}

}  // namespace sluice::config
