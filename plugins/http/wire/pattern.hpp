// The pattern of a route (sluice/abi/http.h): literal segments and variables.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/refusal.hpp"

namespace sluice::http {

using Params = std::vector<std::pair<std::string, std::string>>;

class Pattern {
 public:
  // Fails with words about the pattern; the status means nothing then.
  static Refusable<Pattern> parse(std::string_view text);

  // `segments` as read_target gives them. Fills `params` only if it fits.
  bool match(std::span<const std::string> segments, Params& params) const;

  // The same for patterns that fit the same paths: names of variables are left out.
  const std::string& shape() const { return shape_; }
  // Less: asked earlier, as the header's order of precedence says.
  bool operator<(const Pattern& other) const;
  bool has_stream_key() const { return wide_ == Wide::key; }
  bool has_rest() const { return wide_ == Wide::rest; }
  // Of {name...} or {name*}; empty: neither.
  const std::string& wide_name() const { return wide_name_; }

 private:
  enum class Wide { none, key, rest };
  struct Segment {
    std::string before, variable, after;  // literal, name or empty, literal
    bool wide = false;
  };

  static bool fits(const Segment& segment, std::string_view text, Params& params);
  bool fits_wide(std::span<const std::string> segments, Params& params) const;

  std::vector<Segment> segments_;
  Wide wide_ = Wide::none;
  std::string wide_name_;
  std::size_t wide_at_ = 0;
  std::size_t literal_bytes_ = 0;
  std::size_t variables_ = 0;
  std::string shape_;
};

}  // namespace sluice::http
