// StreamPattern: which streams a rule speaks of. `*` stands for any run of characters inside one segment,
// `**`, alone between slashes, for one or more whole segments: `live/*`, `live/cam-*`, `live/**`, `**`.
// Everything else,
// `~` of a layer too, stands for itself.
#pragma once

#include <string>
#include <string_view>

#include "errors.hpp"

namespace sluice::auth {

class StreamPattern {
 public:
  // Fails with the pattern_* codes.
  static Result<StreamPattern> parse(std::string_view text);

  // `key` is canonical. Work is bounded by the product of the two lengths, whatever they are.
  bool matches(std::string_view key) const;
  const std::string& text() const { return text_; }

 private:
  explicit StreamPattern(std::string_view text) : text_(text) {}

  std::string text_;
};

}  // namespace sluice::auth
