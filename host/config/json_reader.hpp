// The tokens of a JSON text, read strictly (RFC 8259) and with bounds. Used to parse and, later, to find the
// place of a value that turned out to be wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/json_text.hpp"

namespace sluice::config {

class JsonReader {
 public:
  JsonReader(std::string_view text, const JsonRules& rules) : text_(text), rules_(rules) {}

  // The whole text as one value; empty with failure() set otherwise.
  std::optional<Json> read_document();
  const Complaint& failure() const { return failure_; }

  struct Place {
    std::size_t key = 0;    // offset of the last step's key, or of the value in an array
    std::size_t value = 0;  // offset of the value
    bool found = false;     // false: the place of its nearest parent
  };
  // Of a text that has been read before without failure.
  Place locate(std::string_view pointer);

  static Position position_of(std::string_view text, std::size_t offset);

 private:
  bool read_value(Json* out);
  bool read_object(Json* out);
  bool read_member(Json* out);
  bool read_array(Json* out);
  bool read_string(std::string& out);
  bool read_escape(std::string& out);
  bool read_code_unit(unsigned& out);
  bool read_number(Json* out);
  bool read_word(std::string_view word, Json value, Json* out);
  bool store_number(std::string_view digits, bool integer, std::size_t at, Json* out);
  bool enter_member(const std::string& step, Place& place);
  bool enter_element(const std::string& step, Place& place);

  bool skip_space();
  bool skip_comment();
  bool take(char c);
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool fail(std::string expected) { return fail_at(at_, std::move(expected), seen(at_)); }
  bool fail_at(std::size_t at, std::string expected, std::string found,
               ComplaintKind kind = ComplaintKind::syntax);
  std::string seen(std::size_t at) const;

  std::string_view text_;
  const JsonRules& rules_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  std::string path_;
  Complaint failure_;
};

}  // namespace sluice::config
