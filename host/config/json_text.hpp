// One strict JSON document with its text: UTF-8 only, no byte order mark, no duplicate keys, bounded in bytes
// and depth. The text is kept, so that a later complaint about a value can name its line and column.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "config/complaint.hpp"

namespace sluice::config {

using Json = nlohmann::json;

inline constexpr std::size_t max_config_bytes = 1024 * 1024;
inline constexpr std::size_t max_manifest_bytes = 64 * 1024;

struct JsonRules {
  std::string file;  // the name complaints carry
  std::size_t max_bytes = max_config_bytes;
  unsigned max_depth = 32;
  bool comments = false;  // // and /* */ count as white space
};

class JsonText {
 public:
  static Checked<JsonText> parse(std::string text, JsonRules rules);

  const Json& value() const { return value_; }
  const std::string& file() const { return rules_.file; }

  // Where the value of a JSON pointer begins; for a pointer that leads nowhere, its nearest existing parent.
  Position position(std::string_view pointer) const;
  // Where the key of the pointer's last step stands (for unknown properties); else as position().
  Position key_position(std::string_view pointer) const;

 private:
  JsonText(std::string text, JsonRules rules, Json value)
      : text_(std::move(text)), rules_(std::move(rules)), value_(std::move(value)) {}

  std::string text_;
  JsonRules rules_;
  Json value_;
};

// Reads a regular file of at most max_bytes; a larger or unreadable one is a complaint that names it.
Checked<std::string> read_text(const std::string& path, std::size_t max_bytes);

// One more step of a JSON pointer, with ~ and / escaped.
void append_step(std::string& pointer, std::string_view step);
std::string pointer_to(std::string_view parent, std::string_view step);

// A short, printable picture of a value for messages: `"abc"`, `17`, `an object`, cut at 60 bytes.
std::string picture(const Json& value);

}  // namespace sluice::config
