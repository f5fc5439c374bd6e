#include "kit/config_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "config/schema.hpp"
#include "config/schema_parts.hpp"

namespace sluice::kit {
namespace {

using config::Json;
using config::keyword;
using Pointer = Json::json_pointer;

constexpr unsigned max_depth = 6;        // of objects and arrays inside each other
constexpr unsigned max_visits = 10'000;  // against schemas that multiply through references
constexpr std::size_t max_places = 64;
constexpr std::size_t most_changes = 3;  // of a place
constexpr std::size_t long_text = 64 * 1024;
constexpr const char* four_bytes = "\xF0\x9F\x98\x80";

// The schema itself and what its branches add, references followed.
std::vector<const Json*> nodes_of(const Json& root, const Json& schema) {
  std::vector<const Json*> nodes;
  config::gather_schemas(root, schema, config::Branches::possible, nodes);
  return nodes;
}

std::size_t count_or(const Json& node, const char* name, std::size_t otherwise) {
  const Json* found = keyword(node, name);
  return found != nullptr && found->is_number_unsigned() ? found->get<std::size_t>() : otherwise;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// ---- Values of a schema ----

class Samples {
 public:
  explicit Samples(const Json& root) : root_(root) {}

  // Likely to be allowed, the last one most; whether they are is for the validator to say.
  std::vector<Json> of(const Json& schema, unsigned depth = 0) {
    std::vector<Json> values;
    if (depth == 0) visits_ = 0;
    if (depth > max_depth || ++visits_ > max_visits) return values;
    for (const Json* node : nodes_of(root_, schema)) {
      if (const Json* choices = keyword(*node, "enum"); choices != nullptr) {
        values.insert(values.end(), choices->begin(), choices->end());
        continue;
      }
      if (const Json* mark = keyword(*node, "x-listen"); mark != nullptr && *mark == true)
        values.insert(values.end(), {Json("127.0.0.1:9"), Json::array({"127.0.0.1:9", "[::1]:9"})});
      if (const Json* only = keyword(*node, "const"); only != nullptr) values.push_back(*only);
      const Json* type = keyword(*node, "type");
      if (type == nullptr) continue;
      for (const Json& one : type->is_array() ? *type : Json::array({*type}))
        if (one.is_string()) add(*node, one.get<std::string>(), depth, values);
    }
    return values;
  }

  // With everything its schema knows of, for there to be places in it.
  Json full(const Json& schema) {
    const auto values = of(schema);
    return values.empty() ? Json("kit") : values.back();
  }

 private:
  void add(const Json& node, const std::string& type, unsigned depth, std::vector<Json>& values) {
    if (type == "boolean") values.insert(values.end(), {Json(true), Json(false)});
    if (type == "integer" || type == "number") add_numbers(node, values);
    if (type == "string") add_strings(node, values);
    if (type == "array") add_arrays(node, depth, values);
    if (type == "object") add_objects(node, depth, values);
    if (type == "null") values.emplace_back(nullptr);
  }

  static void add_numbers(const Json& node, std::vector<Json>& values) {
    values.insert(values.end(), {Json(1u), Json(0u)});
    for (const char* edge : {"minimum", "maximum"})
      if (const Json* found = keyword(node, edge); found != nullptr) values.push_back(*found);
  }

  static void add_strings(const Json& node, std::vector<Json>& values) {
    const auto least = count_or(node, "minLength", 0);
    const auto most = std::min(count_or(node, "maxLength", 256), long_text);
    values.emplace_back(std::string(most, 'k'));
    values.emplace_back(std::string(std::min(std::max<std::size_t>(least, 1), long_text), 'k'));
  }

  void add_arrays(const Json& node, unsigned depth, std::vector<Json>& values) {
    constexpr std::size_t most = 16;
    values.push_back(Json::array());
    const Json* items = keyword(node, "items");
    if (items == nullptr || !items->is_object()) return;
    const auto elements = of(*items, depth + 1);
    if (elements.empty()) return;
    Json filled = Json::array();
    const auto count = std::clamp<std::size_t>(count_or(node, "minItems", 1), 1, most);
    for (std::size_t i = 0; i < count; ++i)
      filled.push_back(elements[elements.size() - 1 - i % elements.size()]);
    values.push_back(std::move(filled));
  }

  void add_objects(const Json& node, unsigned depth, std::vector<Json>& values) {
    Json needed = Json::object(), full = Json::object();
    const Json* properties = keyword(node, "properties");
    const Json* required = keyword(node, "required");
    if (properties != nullptr) {
      for (const auto& [name, property] : properties->items()) {
        const auto inner = of(property, depth + 1);
        if (inner.empty()) continue;
        full[name] = inner.back();
        const bool must = required != nullptr &&
                          std::find(required->begin(), required->end(), Json(name)) != required->end();
        if (must) needed[name] = inner.back();
      }
    }
    values.push_back(std::move(needed));
    values.push_back(std::move(full));
  }

  const Json& root_;
  unsigned visits_ = 0;
};

// ---- Places in a configuration ----

struct Place {
  Json whole;  // in which there is such a place
  std::string pointer;
  const Json* schema;
};

class Places {
 public:
  explicit Places(const Json& root) : root_(root), samples_(root) {}

  std::vector<Place> take() { return std::move(found_); }

  void add(Json whole, const std::string& pointer, const Json& schema, unsigned depth = 0) {
    if (depth > max_depth || found_.size() >= max_places) return;
    found_.push_back({whole, pointer, &schema});
    for (const Json* node : nodes_of(root_, schema)) {
      if (const Json* properties = keyword(*node, "properties"); properties != nullptr) {
        Json inside = whole;
        if (Json& here = inside[Pointer(pointer)]; !here.is_object()) here = Json::object();
        for (const auto& [name, property] : properties->items())
          add(inside, config::pointer_to(pointer, name), property, depth + 1);
      }
      if (const Json* items = keyword(*node, "items"); items != nullptr && items->is_object()) {
        whole[Pointer(pointer)] = Json::array({samples_.full(*items)});
        add(whole, pointer + "/0", *items, depth + 1);
      }
    }
  }

 private:
  const Json& root_;
  Samples samples_;
  std::vector<Place> found_;
};

std::vector<Place> places_of(const Json& schema, const Json& effective,
                             const std::vector<std::string>& names) {
  Places places(schema);
  const Json* properties = keyword(schema, "properties");
  if (properties == nullptr) return {};
  for (const auto& name : names) {
    if (!properties->contains(name)) continue;
    places.add(effective.is_object() ? effective : Json::object(), config::pointer_to("", name),
               properties->at(name));
  }
  return places.take();
}

ConfigTry tried(const Json& root, const Place& place, Json value, std::string words) {
  ConfigTry one{place.pointer, std::move(words), place.whole, false};
  one.effective[Pointer(place.pointer)] = std::move(value);
  one.allowed = config::validate(root, one.effective, {}).empty();
  return one;
}

// ---- Strange values ----

struct Strange {
  std::string words;
  Json value;
};

Json nested(Json value, std::size_t depth, bool objects) {
  for (std::size_t i = 0; i < depth; ++i) {
    Json outer = objects ? Json::object() : Json::array();
    if (objects) {
      outer["kit"] = std::move(value);
    } else {
      outer.push_back(std::move(value));
    }
    value = std::move(outer);
  }
  return value;
}

// The host itself reads no deeper than 32; a parser that calls itself should know its own bound.
std::vector<Strange> everywhere() {
  using namespace std::string_literals;
  return {{"a string of 64 KiB", std::string(long_text, 'x')},
          {"a string with a NUL in it", "kit\0kit"s},
          {"a string of control characters", "\x01\x1b[2J\x7f\r\n\t"},
          {"a string that turns the direction of writing", "\xE2\x80\xAEkit\xEF\xBB\xBF\xF4\x8F\xBF\xBF"},
          {"a string for printf", "%s%n%1000000d{}"},
          {"a string of quotes and backslashes", R"("}],\"\u0000\)"},
          {"an empty string", ""},
          {"1e308", 1e308},
          {"-0.0", -0.0},
          {"5e-324", 5e-324},
          {"2^63", std::uint64_t{1} << 63},
          {"2^64 - 1", std::numeric_limits<std::uint64_t>::max()},
          {"-2^63", std::numeric_limits<std::int64_t>::min()},
          {"null", nullptr},
          {"arrays 500 deep", nested(1, 500, false)},
          {"objects 500 deep", nested(1, 500, true)},
          {"an array of 10000 numbers", std::vector<int>(10'000, 7)}};
}

// As long as the schema allows, and of what is longer in bytes than in characters.
std::vector<Strange> within_lengths(const Json& root, const Json& schema) {
  std::vector<Strange> values;
  for (const Json* node : nodes_of(root, schema)) {
    if (keyword(*node, "maxLength") == nullptr) continue;
    const auto most = std::min(count_or(*node, "maxLength", 0), long_text);
    values.push_back({std::to_string(most) + " characters of four bytes", repeated(four_bytes, most)});
    values.push_back({std::to_string(most) + " times NUL", std::string(most, '\0')});
  }
  return values;
}

}  // namespace

std::vector<ConfigTry> changed_configs(const Json& schema, const Json& effective,
                                       const std::vector<std::string>& names) {
  std::vector<ConfigTry> tries;
  Samples samples(schema);
  for (const auto& place : places_of(schema, effective, names)) {
    std::size_t changes = 0;
    for (auto& value : samples.of(*place.schema)) {
      if (changes == most_changes) break;
      auto words = config::picture(value);
      auto one = tried(schema, place, std::move(value), std::move(words));
      const bool known = std::any_of(tries.begin(), tries.end(), [&](const ConfigTry& other) {
        return other.effective == one.effective;
      });
      if (!one.allowed || known || one.effective == effective) continue;
      tries.push_back(std::move(one));
      ++changes;
    }
  }
  return tries;
}

std::vector<ConfigTry> hostile_configs(const Json& schema, const Json& effective,
                                       const std::vector<std::string>& names) {
  std::vector<ConfigTry> tries;
  for (const auto& place : places_of(schema, effective, names)) {
    auto values = everywhere();
    auto fitting = within_lengths(schema, *place.schema);
    std::move(fitting.begin(), fitting.end(), std::back_inserter(values));
    for (auto& [words, value] : values) tries.push_back(tried(schema, place, std::move(value), words));
  }
  return tries;
}

std::vector<ConfigTry> spread(std::vector<ConfigTry> tries, std::size_t most) {
  if (tries.size() <= most) return tries;
  std::vector<ConfigTry> kept;
  for (std::size_t i = 0; i < most; ++i) kept.push_back(std::move(tries[i * tries.size() / most]));
  return kept;
}

}  // namespace sluice::kit
