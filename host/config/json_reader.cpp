#include "config/json_reader.hpp"

#include <charconv>

#include "config/utf8.hpp"

namespace sluice::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string> steps_of(std::string_view pointer) {
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      steps.emplace_back();
    } else if (!steps.empty()) {
      char c = pointer[i];
      if (c == '~' && i + 1 < pointer.size()) c = pointer[++i] == '1' ? '/' : '~';
      steps.back() += c;
    }
  }
  return steps;
}

}  // namespace

Position JsonReader::position_of(std::string_view text, std::size_t offset) {
  Position at{1, 1};
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++at.column;  // characters, not bytes
    }
  }
  return at;
}

std::optional<Json> JsonReader::read_document() {
  if (text_.size() > rules_.max_bytes) {
    fail_at(0, "at most " + std::to_string(rules_.max_bytes) + " bytes", std::to_string(text_.size()));
    return std::nullopt;
  }
  if (text_.starts_with("\xEF\xBB\xBF")) {
    fail_at(0, "UTF-8 without a byte order mark", "a byte order mark");
    return std::nullopt;
  }
  if (const std::size_t bad = invalid_utf8(text_); bad != std::string_view::npos) {
    fail_at(bad, "valid UTF-8", seen(bad));
    return std::nullopt;
  }
  Json document;
  if (!skip_space() || !read_value(&document) || !skip_space()) return std::nullopt;
  if (at_ != text_.size()) {
    fail("nothing after the document");
    return std::nullopt;
  }
  return document;
}

bool JsonReader::read_value(Json* out) {
  switch (peek()) {
    case '{':
      return read_object(out);
    case '[':
      return read_array(out);
    case '"': {
      std::string text;
      if (!read_string(text)) return false;
      if (out) *out = std::move(text);
      return true;
    }
    case 't':
      return read_word("true", true, out);
    case 'f':
      return read_word("false", false, out);
    case 'n':
      return read_word("null", nullptr, out);
    default:
      return read_number(out);
  }
}

bool JsonReader::read_object(Json* out) {
  if (depth_ >= rules_.max_depth) return fail("at most " + std::to_string(rules_.max_depth) + " levels");
  ++depth_;
  ++at_;
  if (out) *out = Json::object();
  if (!skip_space()) return false;
  while (peek() != '}') {
    if (!read_member(out)) return false;
    if (peek() == '}') break;
    if (!take(',')) return fail("`,` or `}`");
    if (!skip_space()) return false;
    if (peek() == '}') return fail("a key after `,`");
  }
  ++at_;
  --depth_;
  return true;
}

bool JsonReader::read_member(Json* out) {
  const std::size_t key_at = at_;
  if (peek() != '"') return fail("a key in double quotes");
  std::string key;
  if (!read_string(key)) return false;
  const std::size_t parent = path_.size();
  append_step(path_, key);
  if (out && out->contains(key)) {
    return fail_at(key_at, "each key once", "`" + key + "`", ComplaintKind::duplicate_key);
  }
  if (!skip_space()) return false;
  if (!take(':')) return fail("`:` after the key");
  if (!skip_space()) return false;
  if (!read_value(out ? &(*out)[key] : nullptr)) return false;
  path_.resize(parent);
  return skip_space();
}

bool JsonReader::read_array(Json* out) {
  if (depth_ >= rules_.max_depth) return fail("at most " + std::to_string(rules_.max_depth) + " levels");
  ++depth_;
  ++at_;
  if (out) *out = Json::array();
  if (!skip_space()) return false;
  const std::size_t parent = path_.size();
  for (std::size_t index = 0; peek() != ']'; ++index) {
    path_ += "/" + std::to_string(index);
    Json element;
    if (!read_value(out ? &element : nullptr)) return false;
    if (out) out->push_back(std::move(element));
    path_.resize(parent);
    if (!skip_space()) return false;
    if (peek() == ']') break;
    if (!take(',')) return fail("`,` or `]`");
    if (!skip_space()) return false;
    if (peek() == ']') return fail("a value after `,`");
  }
  ++at_;
  --depth_;
  return true;
}

bool JsonReader::read_string(std::string& out) {
  const std::size_t opened = at_++;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return fail("no bare control character in a string");
    if (c == '\\') {
      if (!read_escape(out)) return false;
    } else {
      out += c;
      ++at_;
    }
  }
  return fail_at(opened, "a closing double quote", "the end of the text");
}

bool JsonReader::read_escape(std::string& out) {
  const std::size_t begin = at_++;
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const char c = peek();
  if (const auto i = letters.find(c); c != '\0' && i != std::string_view::npos) {
    out += meanings[i];
    ++at_;
    return true;
  }
  if (c != 'u') return fail_at(begin, "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", seen(begin));
  ++at_;
  unsigned unit = 0;
  if (!read_code_unit(unit)) return false;
  if (unit >= 0xD800 && unit <= 0xDBFF) {  // the high half of a pair (RFC 8259 section 7)
    unsigned low = 0;
    if (!take('\\') || !take('u')) return fail_at(begin, "both halves of a surrogate pair", "one");
    if (!read_code_unit(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail_at(begin, "both halves of a surrogate pair", "one");
    append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    return true;
  }
  if (unit >= 0xDC00 && unit <= 0xDFFF) return fail_at(begin, "both halves of a surrogate pair", "one");
  append_utf8(out, unit);
  return true;
}

bool JsonReader::read_code_unit(unsigned& out) {
  const char* first = text_.data() + at_;
  const std::size_t room = text_.size() - at_;
  const auto [end, code] = std::from_chars(first, first + std::min<std::size_t>(room, 4), out, 16);
  if (code != std::errc() || end != first + 4) return fail("four hexadecimal digits");
  at_ += 4;
  return true;
}

bool JsonReader::read_number(Json* out) {
  const std::size_t begin = at_;
  auto digits = [&] {
    const std::size_t first = at_;
    while (is_digit(peek())) ++at_;
    return at_ > first;
  };
  take('-');
  if (!is_digit(peek())) {
    at_ = begin;
    return fail("a value");
  }
  if (take('0')) {
    if (is_digit(peek())) return fail_at(begin, "a number without a leading zero", seen(begin));
  } else {
    digits();
  }
  bool integer = true;
  if (take('.')) {
    integer = false;
    if (!digits()) return fail("a digit after the decimal point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    integer = false;
    if (!take('+')) take('-');
    if (!digits()) return fail("a digit in the exponent");
  }
  return store_number(text_.substr(begin, at_ - begin), integer, begin, out);
}

bool JsonReader::store_number(std::string_view digits, bool integer, std::size_t at, Json* out) {
  const char* const begin = digits.data();
  const char* const end = begin + digits.size();
  if (integer && digits[0] == '-') {
    std::int64_t value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc()) {
      if (out) *out = value;
      return true;
    }
  } else if (integer) {
    std::uint64_t value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc()) {
      if (out) *out = value;
      return true;
    }
  }
  double value = 0;
  if (std::from_chars(begin, end, value).ec != std::errc()) {
    return fail_at(at, "a number of this size to be representable", seen(at));
  }
  if (out) *out = value;
  return true;
}

bool JsonReader::read_word(std::string_view word, Json value, Json* out) {
  if (text_.substr(at_, word.size()) != word) return fail("a value");
  at_ += word.size();
  if (out) *out = std::move(value);
  return true;
}

bool JsonReader::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (c == '/' && rules_.comments) {
      if (!skip_comment()) return false;
    } else {
      return true;
    }
  }
  return true;
}

bool JsonReader::skip_comment() {
  const std::size_t opened = at_;
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("//")) {
    const std::size_t line_end = rest.find('\n');
    at_ = line_end == std::string_view::npos ? text_.size() : at_ + line_end + 1;
    return true;
  }
  if (!rest.starts_with("/*")) return fail("a comment: // or /* */");
  const std::size_t close = rest.find("*/", 2);
  if (close == std::string_view::npos)
    return fail_at(opened, "`*/` to close the comment", "the end of the text");
  at_ += close + 2;
  return true;
}

bool JsonReader::take(char c) {
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string JsonReader::seen(std::size_t at) const {
  if (at >= text_.size()) return "the end of the text";
  const auto c = static_cast<unsigned char>(text_[at]);
  if (c >= 0x20 && c < 0x7F) return std::string("`") + static_cast<char>(c) + "`";
  constexpr std::string_view hex_digits = "0123456789abcdef";
  return std::string("byte 0x") + hex_digits[c >> 4] + hex_digits[c & 15];
}

bool JsonReader::fail_at(std::size_t at, std::string expected, std::string found, ComplaintKind kind) {
  failure_ = {kind, rules_.file, position_of(text_, at), path_, std::move(expected), std::move(found), {}};
  return false;
}

JsonReader::Place JsonReader::locate(std::string_view pointer) {
  at_ = 0;
  skip_space();
  Place place{at_, at_, true};
  for (const std::string& step : steps_of(pointer)) {
    const bool entered = peek() == '{' ? enter_member(step, place) : enter_element(step, place);
    if (!entered) {
      place.found = false;
      return place;
    }
  }
  return place;
}

bool JsonReader::enter_member(const std::string& step, Place& place) {
  ++at_;
  while (skip_space() && peek() == '"') {
    const std::size_t key_at = at_;
    std::string key;
    if (!read_string(key) || !skip_space() || !take(':') || !skip_space()) return false;
    if (key == step) {
      place = {key_at, at_, true};
      return true;
    }
    if (!read_value(nullptr) || !skip_space() || !take(',')) return false;
  }
  return false;
}

bool JsonReader::enter_element(const std::string& step, Place& place) {
  if (!take('[')) return false;
  for (std::size_t index = 0; skip_space() && peek() != ']'; ++index) {
    if (std::to_string(index) == step) {
      place = {at_, at_, true};
      return true;
    }
    if (!read_value(nullptr) || !skip_space() || !take(',')) return false;
  }
  return false;
}

}  // namespace sluice::config
