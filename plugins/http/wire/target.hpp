// The request target (RFC 9112 section 3.2): decoded and judged once, before routing, authorisation and disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/refusal.hpp"

namespace sluice::http {

struct Target {
  std::string path;                   // decoded, begins with '/'
  std::vector<std::string> segments;  // of the path; "/": none; "/a/": "a" and ""
  std::string query;                  // as it came, without '?'
  std::string authority;              // of the absolute form, else empty
  bool asterisk = false;              // "*", which only OPTIONS may ask
};

// Two spellings of one path become one text; what has no honest reading is refused with 400. `text` is
// bounded by the caller (414).
Refusable<Target> read_target(std::string_view text);

}  // namespace sluice::http
