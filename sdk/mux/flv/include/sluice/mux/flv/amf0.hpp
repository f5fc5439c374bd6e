// AMF0 ("Action Message Format - AMF 0"): values, a bounded reader and a writer. Order of properties is kept.
//
// Not taken: references and AMF3 (marker 0x11), which no publisher or player needs and which have been a way
// in elsewhere; movie clips and record sets, which are reserved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/mux/flv/error.hpp"

namespace sluice::mux::flv::amf0 {

struct Undefined {};
struct Null {};

struct Date {
  double milliseconds = 0;  // since 1970
  int16_t zone = 0;         // minutes; the standard says 0
};

struct Xml {
  std::string text;
};

class Value;
struct Property;

struct Object {
  enum class Kind { anonymous, ecma_array, typed };

  Object();
  Object(std::initializer_list<Property> list, Kind object_kind = Kind::anonymous);

  // The first property of that name, or nullptr.
  const Value* find(std::string_view name) const;
  // Number or string of that name; the fallback if it is absent or of another type.
  double number(std::string_view name, double fallback = 0) const;
  std::string_view string(std::string_view name, std::string_view fallback = {}) const;

  Kind kind = Kind::anonymous;
  std::string class_name;  // of a typed one
  std::vector<Property> properties;
};

struct StrictArray {
  std::vector<Value> items;
};

class Value {
 public:
  using Variant = std::variant<Undefined, Null, bool, double, std::string, Object, StrictArray, Date, Xml>;

  // Defined below, where a Property is complete.
  Value();  // undefined
  Value(Null);
  Value(bool boolean);
  Value(double number);
  Value(int number);
  Value(const char* text);
  Value(std::string_view text);
  Value(std::string text);
  Value(Object object);
  Value(StrictArray array);
  Value(Date date);
  Value(Xml xml);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  // The value if it is of that type, else nullptr.
  const bool* boolean() const { return std::get_if<bool>(&value); }
  const double* number() const { return std::get_if<double>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  const Object* object() const { return std::get_if<Object>(&value); }
  const StrictArray* array() const { return std::get_if<StrictArray>(&value); }

  Variant value;
};

struct Property {
  std::string name;
  Value value;
};

inline Value::Value() = default;
inline Value::Value(Null) : value(Null{}) {}
inline Value::Value(bool boolean) : value(boolean) {}
inline Value::Value(double number) : value(number) {}
inline Value::Value(int number) : value(static_cast<double>(number)) {}
inline Value::Value(const char* text) : value(std::string(text)) {}
inline Value::Value(std::string_view text) : value(std::string(text)) {}
inline Value::Value(std::string text) : value(std::move(text)) {}
inline Value::Value(Object object) : value(std::move(object)) {}
inline Value::Value(StrictArray array) : value(std::move(array)) {}
inline Value::Value(Date date) : value(date) {}
inline Value::Value(Xml xml) : value(std::move(xml)) {}
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;

struct Limits {
  size_t depth = 32;       // containers within containers
  size_t elements = 4096;  // values of all levels together
  size_t bytes = 256 << 10;
};

// Reads values off one message body. Limits hold for all of them together. After an error it is at its end.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> in, const Limits& limits = {});

  bool at_end() const { return in_.empty(); }

  // Fails with one of Errc::amf_*. No count from the wire is allocated for: memory follows bytes and limits.
  Result<Value> read();

 private:
  class Descent;
  std::span<const uint8_t> in_;
  Limits limits_;
  size_t elements_left_;
};

// Every value in `in`.
Result<std::vector<Value>> parse(std::span<const uint8_t> in, const Limits& limits = {});

// Appends `value`. Strings above 65535 bytes become long strings; names above that are cut.
void serialise(const Value& value, std::vector<uint8_t>& out);

}  // namespace sluice::mux::flv::amf0
