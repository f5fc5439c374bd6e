#include "config/schema.hpp"

#include <cmath>

#include "config/listen_address.hpp"
#include "config/near_miss.hpp"
#include "config/schema_parts.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t max_complaints = 50;
constexpr unsigned max_depth = 128;         // of schemas inside schemas, references included
constexpr unsigned max_visits = 1'000'000;  // against schemas that multiply through references

long double number(const Json& value) {  // exact for every 64-bit integer on x86; near enough elsewhere
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<std::uint64_t>());
  if (value.is_number_integer()) return static_cast<long double>(value.get<std::int64_t>());
  return value.is_number() ? static_cast<long double>(value.get<double>()) : 0;
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  void check(const Json& schema, const Json& value, const std::string& pointer, bool secret = false) {
    if (complaints_.size() >= max_complaints || visits_ >= max_visits) return;
    if (++visits_ == max_visits || depth_ >= max_depth) {
      visits_ = max_visits;
      return complain(pointer, "a schema that can be checked in bounded work", value, true);
    }
    const Json* resolved = resolve(root_, schema);
    if (!resolved) return;
    ++depth_;
    const Json* mark = keyword(*resolved, "x-secret");
    const Json* own_mark = keyword(schema, "x-secret");  // it may stand beside a `$ref`
    secret = secret || (mark && *mark == true) || (own_mark && *own_mark == true);
    check_resolved(*resolved, value, pointer, secret);
    --depth_;
  }

  Complaints take() { return std::move(complaints_); }

 private:
  void check_resolved(const Json& schema, const Json& value, const std::string& pointer, bool secret) {
    if (const Json* type = keyword(schema, "type"); type && !type_fits(*type, value))
      return complain(pointer, expectation(root_, schema), value, secret);
    if (const Json* choices = keyword(schema, "enum"); choices && !listed_in(*choices, value))
      return complain_choice(schema, *choices, value, pointer, secret);
    if (const Json* only = keyword(schema, "const"); only && *only != value)
      return complain(pointer, expectation(root_, schema), value, secret);
    if (value.is_number() && !number_fits(schema, value))
      return complain(pointer, expectation(root_, schema), value, secret);
    if (value.is_string() && !string_fits(schema, value.get_ref<const std::string&>()))
      return complain(pointer, expectation(root_, schema), value, secret);
    if (value.is_array()) check_array(schema, value, pointer, secret);
    if (value.is_object()) check_object(schema, value, pointer, secret);
    check_branches(schema, value, pointer, secret);
    if (const Json* mark = keyword(schema, "x-listen"); mark && *mark == true) check_listen(value, pointer);
  }

  void check_listen(const Json& value, const std::string& pointer) {
    const auto parsed = parse_listen(value, {nullptr, pointer});
    if (parsed) return;
    for (const Complaint& one : parsed.error()) add(one.kind, one.pointer, one.expected, one.found);
  }

  static bool type_fits(const Json& type, const Json& value) {
    if (type.is_string()) return has_type(value, type.get_ref<const std::string&>());
    for (const Json& one : type)
      if (one.is_string() && has_type(value, one.get_ref<const std::string&>())) return true;
    return false;
  }

  static bool listed_in(const Json& choices, const Json& value) {
    return std::find(choices.begin(), choices.end(), value) != choices.end();
  }

  static bool number_fits(const Json& schema, const Json& value) {
    const long double n = number(value);
    auto bound = [&](const char* limit, const char* exclusive, auto outside) {
      const Json* edge = keyword(schema, limit);
      const Json* open = keyword(schema, exclusive);  // draft 4: a flag; later drafts: a bound of its own
      if (edge && outside(n, number(*edge))) return false;
      if (edge && open && *open == true && n == number(*edge)) return false;
      return !(open && open->is_number() && (outside(n, number(*open)) || n == number(*open)));
    };
    if (!bound("minimum", "exclusiveMinimum", std::less<>())) return false;
    if (!bound("maximum", "exclusiveMaximum", std::greater<>())) return false;
    const Json* step = keyword(schema, "multipleOf");
    return !step || number(*step) == 0 || std::fmod(n, number(*step)) == 0;
  }

  static bool string_fits(const Json& schema, const std::string& text) {
    const Json* shortest = keyword(schema, "minLength");
    const Json* longest = keyword(schema, "maxLength");
    if (shortest && characters(text) < number(*shortest)) return false;
    if (longest && characters(text) > number(*longest)) return false;
    const Json* pattern = keyword(schema, "pattern");
    return !pattern || !pattern->is_string() || pattern_matches(pattern->get<std::string>(), text);
  }

  void check_array(const Json& schema, const Json& value, const std::string& pointer, bool secret) {
    const Json* fewest = keyword(schema, "minItems");
    const Json* most = keyword(schema, "maxItems");
    if ((fewest && value.size() < number(*fewest)) || (most && value.size() > number(*most)))
      add(ComplaintKind::violation, pointer, expectation(root_, schema), std::to_string(value.size()));
    if (const Json* unique = keyword(schema, "uniqueItems"); unique && *unique == true) {
      std::vector<const Json*> sorted;
      for (const Json& element : value) sorted.push_back(&element);
      std::sort(sorted.begin(), sorted.end(), [](const Json* a, const Json* b) { return *a < *b; });
      for (std::size_t i = 1; i < sorted.size(); ++i)
        if (*sorted[i] == *sorted[i - 1]) {
          complain(pointer, "each element once", *sorted[i], secret);
          break;
        }
    }
    if (const Json* items = keyword(schema, "items"); items && items->is_object())
      for (std::size_t i = 0; i < value.size(); ++i)
        check(*items, value[i], pointer_to(pointer, std::to_string(i)), secret);
  }

  void check_object(const Json& schema, const Json& value, const std::string& pointer, bool secret) {
    if (const Json* required = keyword(schema, "required"); required && required->is_array())
      for (const Json& name : *required)
        if (name.is_string() && !value.contains(name.get_ref<const std::string&>()))
          add(ComplaintKind::missing_property, pointer, "`" + name.get<std::string>() + "`", "");
    const Json* fewest = keyword(schema, "minProperties");
    const Json* most = keyword(schema, "maxProperties");
    if ((fewest && value.size() < number(*fewest)) || (most && value.size() > number(*most)))
      add(ComplaintKind::violation, pointer, "an object with another number of properties",
          std::to_string(value.size()));
    const Json* rest = keyword(schema, "additionalProperties");
    for (const auto& [name, member] : value.items()) {
      const std::string place = pointer_to(pointer, name);
      const std::vector<const Json*> schemas = property_schemas(schema, name);
      for (const Json* sub : schemas) check(*sub, member, place, secret);
      if (schemas.empty() && rest && *rest == false) complain_unknown(schema, value, name, place);
    }
  }

  void check_branches(const Json& schema, const Json& value, const std::string& pointer, bool secret) {
    if (const Json* all = keyword(schema, "allOf"))
      for (const Json& branch : *all) check(branch, value, pointer, secret);
    if (const Json* any = keyword(schema, "anyOf")) check_choice(schema, *any, value, pointer, secret, false);
    if (const Json* one = keyword(schema, "oneOf")) check_choice(schema, *one, value, pointer, secret, true);
    if (const Json* never = keyword(schema, "not"); never && attempt(*never, value, pointer, secret).empty())
      complain(pointer, "not " + expectation(root_, *never), value, secret);
  }

  // The complaints of the branch that came furthest: the one meant, as far as one can tell.
  void check_choice(const Json& schema, const Json& branches, const Json& value, const std::string& pointer,
                    bool secret, bool exactly_one) {
    std::size_t fitting = 0;
    Complaints best;
    for (const Json& branch : branches) {
      Complaints trial = attempt(branch, value, pointer, secret);
      if (trial.empty()) {
        ++fitting;
      } else if (best.empty() || trial.front().pointer.size() > best.front().pointer.size()) {
        best = std::move(trial);
      }
    }
    if (fitting > 1 && exactly_one)
      return complain(pointer, "exactly one of the alternatives to fit: " + expectation(root_, schema), value,
                      secret);
    if (fitting > 0) return;
    if (best.empty() || best.front().pointer == pointer)
      return complain(pointer, expectation(root_, Json{{"oneOf", branches}}), value, secret);
    for (Complaint& one : best)
      if (complaints_.size() < max_complaints) complaints_.push_back(std::move(one));
  }

  Complaints attempt(const Json& branch, const Json& value, const std::string& pointer, bool secret) {
    Complaints outer = std::move(complaints_);
    complaints_.clear();
    check(branch, value, pointer, secret);
    return std::exchange(complaints_, std::move(outer));
  }

  void complain(const std::string& pointer, std::string expected, const Json& found, bool secret) {
    add(ComplaintKind::violation, pointer, std::move(expected), shown(found, secret));
  }

  static std::string shown(const Json& found, bool secret) {
    return secret && !found.is_structured() ? "a value that is kept secret" : picture(found);
  }

  void complain_choice(const Json& schema, const Json& choices, const Json& value, const std::string& pointer,
                       bool secret) {
    Complaint& told =
        add(ComplaintKind::violation, pointer, expectation(root_, schema), shown(value, secret));
    if (!value.is_string() || secret) return;
    std::vector<std::string> names;
    for (const Json& choice : choices)
      if (choice.is_string()) names.push_back(choice.get<std::string>());
    told.nearest = nearest_name(value.get_ref<const std::string&>(), names);
  }

  void complain_unknown(const Json& schema, const Json& value, const std::string& name,
                        const std::string& place) {
    std::vector<std::string> free_names;
    if (const Json* properties = keyword(schema, "properties"); properties && properties->is_object())
      for (const auto& [known, sub] : properties->items())
        if (!value.contains(known)) free_names.push_back(known);
    add(ComplaintKind::unknown_property, place, "", "`" + name + "`").nearest =
        nearest_name(name, free_names);
  }

  // Where the list is full, the rest goes nowhere.
  Complaint& add(ComplaintKind kind, const std::string& pointer, std::string expected, std::string found) {
    Complaint one{kind, {}, {}, pointer, std::move(expected), std::move(found), {}};
    if (complaints_.size() >= max_complaints) return surplus_ = std::move(one);
    return complaints_.emplace_back(std::move(one));
  }

  const Json& root_;
  Complaints complaints_;
  Complaint surplus_;
  unsigned depth_ = 0;
  unsigned visits_ = 0;
};

}  // namespace

Complaints validate(const Json& schema, const Json& value, const Origin& origin) {
  Validator validator(schema);
  validator.check(schema, value, "");
  Complaints complaints = validator.take();
  for (Complaint& one : complaints) {
    one.pointer = origin.pointer + one.pointer;
    if (!origin.text) continue;
    one.file = origin.text->file();
    one.at = one.kind == ComplaintKind::unknown_property ? origin.text->key_position(one.pointer)
                                                         : origin.text->position(one.pointer);
  }
  return complaints;
}

}  // namespace sluice::config
