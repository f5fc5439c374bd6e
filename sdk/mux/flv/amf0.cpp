#include "sluice/mux/flv/amf0.hpp"

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::flv::amf0 {
namespace {

// Chapter 2.1.
enum Marker : uint8_t {
  marker_number = 0x00,
  marker_boolean = 0x01,
  marker_string = 0x02,
  marker_object = 0x03,
  marker_null = 0x05,
  marker_undefined = 0x06,
  marker_reference = 0x07,
  marker_ecma_array = 0x08,
  marker_object_end = 0x09,
  marker_strict_array = 0x0a,
  marker_date = 0x0b,
  marker_long_string = 0x0c,
  marker_unsupported = 0x0d,
  marker_xml = 0x0f,
  marker_typed_object = 0x10,
  marker_amf3 = 0x11,
};

}  // namespace

Object::Object() = default;
Object::Object(std::initializer_list<Property> list, Kind object_kind)
    : kind(object_kind), properties(list) {}

const Value* Object::find(std::string_view name) const {
  for (const Property& property : properties) {
    if (property.name == name) return &property.value;
  }
  return nullptr;
}

double Object::number(std::string_view name, double fallback) const {
  const Value* value = find(name);
  const double* number = value ? value->number() : nullptr;
  return number ? *number : fallback;
}

std::string_view Object::string(std::string_view name, std::string_view fallback) const {
  const Value* value = find(name);
  const std::string* text = value ? value->string() : nullptr;
  return text ? std::string_view(*text) : fallback;
}

// One value and all below it. Recursion is bounded by the depth limit.
class Reader::Descent {
 public:
  Descent(std::span<const uint8_t> in, size_t depth, size_t elements)
      : in_(in), depth_(depth), elements_(elements) {}

  size_t consumed() const { return in_.position(); }
  size_t elements_left() const { return elements_; }

  Result<Value> value() {
    if (elements_ == 0) return Errc::amf_too_large;
    --elements_;
    const uint8_t marker = in_.u8();
    if (!in_.ok()) return Errc::amf_truncated;
    switch (marker) {
      case marker_object:
      case marker_ecma_array:
      case marker_typed_object:
      case marker_strict_array:
        return container(marker);
      default:
        return scalar(marker);
    }
  }

 private:
  Result<Value> scalar(uint8_t marker) {
    Value read;
    switch (marker) {
      case marker_number:
        read = in_.f64be();
        break;
      case marker_boolean:
        read = in_.u8() != 0;
        break;
      case marker_string:
        read = in_.text(in_.u16be());
        break;
      case marker_long_string:
        read = in_.text(in_.u32be());
        break;
      case marker_xml:
        read = Xml{std::string(in_.text(in_.u32be()))};
        break;
      case marker_null:
        read = Null{};
        break;
      case marker_undefined:
      case marker_unsupported:
        break;
      case marker_date: {
        const double milliseconds = in_.f64be();
        read = Date{milliseconds, static_cast<int16_t>(in_.u16be())};
        break;
      }
      case marker_reference:
      case marker_amf3:
        return Errc::amf_unsupported;
      default:
        return Errc::amf_malformed;
    }
    if (!in_.ok()) return Errc::amf_truncated;
    return read;
  }

  Result<Value> container(uint8_t marker) {
    if (depth_ == 0) return Errc::amf_too_deep;
    --depth_;
    auto read = marker == marker_strict_array ? strict_array() : object(marker);
    ++depth_;
    return read;
  }

  Result<Value> strict_array() {
    const uint32_t count = in_.u32be();
    if (!in_.ok()) return Errc::amf_truncated;
    if (count > elements_) return Errc::amf_too_large;
    StrictArray array;
    for (uint32_t i = 0; i < count; ++i) {
      auto item = value();
      if (!item) return item.error();
      array.items.push_back(std::move(*item));
    }
    return Value(std::move(array));
  }

  Result<Value> object(uint8_t marker) {
    Object read;
    if (marker == marker_typed_object) {
      read.kind = Object::Kind::typed;
      read.class_name = in_.text(in_.u16be());
    } else if (marker == marker_ecma_array) {
      read.kind = Object::Kind::ecma_array;
      // A hint that many encoders get wrong: the end marker counts. A count beyond the limit is no mistake.
      if (in_.u32be() > elements_) return in_.ok() ? Errc::amf_too_large : Errc::amf_truncated;
    }
    while (true) {
      const auto name = in_.text(in_.u16be());
      if (!in_.ok() || in_.at_end()) return Errc::amf_truncated;
      if (name.empty() && in_.peek() == marker_object_end) break;
      auto property = value();
      if (!property) return property.error();
      read.properties.push_back({std::string(name), std::move(*property)});
    }
    in_.skip(1);
    return Value(std::move(read));
  }

  wire::ByteReader in_;
  size_t depth_;
  size_t elements_;
};

Reader::Reader(std::span<const uint8_t> in, const Limits& limits)
    : in_(in), limits_(limits), elements_left_(in.size() > limits.bytes ? 0 : limits.elements) {}

Result<Value> Reader::read() {
  Descent descent(in_, limits_.depth, elements_left_);
  auto value = descent.value();
  in_ = value ? in_.subspan(descent.consumed()) : std::span<const uint8_t>();
  elements_left_ = descent.elements_left();
  return value;
}

Result<std::vector<Value>> parse(std::span<const uint8_t> in, const Limits& limits) {
  Reader reader(in, limits);
  std::vector<Value> values;
  while (!reader.at_end()) {
    auto value = reader.read();
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  return values;
}

namespace {

class Printer {
 public:
  explicit Printer(std::vector<uint8_t>& out) : out_(out) {}

  void operator()(const Value& value) { std::visit(*this, value.value); }
  void operator()(Undefined) { out_.u8(marker_undefined); }
  void operator()(Null) { out_.u8(marker_null); }
  void operator()(bool value) {
    out_.u8(marker_boolean);
    out_.u8(value);
  }
  void operator()(double value) {
    out_.u8(marker_number);
    out_.f64be(value);
  }
  void operator()(const std::string& text) {
    if (text.size() > UINT16_MAX) return long_text(marker_long_string, text);
    out_.u8(marker_string);
    short_text(text);
  }
  void operator()(const Xml& xml) { long_text(marker_xml, xml.text); }
  void operator()(const Date& date) {
    out_.u8(marker_date);
    out_.f64be(date.milliseconds);
    out_.u16be(static_cast<uint16_t>(date.zone));
  }
  void operator()(const StrictArray& array) {
    out_.u8(marker_strict_array);
    out_.u32be(array.items.size());
    for (const Value& item : array.items) (*this)(item);
  }
  void operator()(const Object& object) {
    switch (object.kind) {
      case Object::Kind::anonymous:
        out_.u8(marker_object);
        break;
      case Object::Kind::typed:
        out_.u8(marker_typed_object);
        short_text(object.class_name);
        break;
      case Object::Kind::ecma_array:
        out_.u8(marker_ecma_array);
        out_.u32be(object.properties.size());
        break;
    }
    for (const Property& property : object.properties) {
      short_text(property.name);
      (*this)(property.value);
    }
    out_.u24be(marker_object_end);
  }

 private:
  void short_text(std::string_view text) {
    text = text.substr(0, UINT16_MAX);
    out_.u16be(text.size());
    out_.text(text);
  }
  void long_text(Marker marker, std::string_view text) {
    out_.u8(marker);
    out_.u32be(text.size());
    out_.text(text);
  }

  wire::ByteWriter out_;
};

}  // namespace

void serialise(const Value& value, std::vector<uint8_t>& out) { Printer{out}(value); }

}  // namespace sluice::mux::flv::amf0
