// Request methods as sets of bits. Those of RFC 9110 section 9.3 and PATCH that routes may name.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

using Methods = std::uint32_t;

inline constexpr std::array<std::string_view, 7> method_names{"GET",   "HEAD",   "POST",   "PUT",
                                                              "PATCH", "DELETE", "OPTIONS"};
inline constexpr Methods method_get = 1, method_head = 2, method_options = 64, method_all = 127;
// Asked twice they do no more than once (RFC 9110 section 9.2.2).
inline constexpr Methods methods_idempotent = method_get | method_head | 8 | 32 | method_options;

// 0: none of them.
inline Methods method_of(std::string_view name) {
  for (std::size_t i = 0; i < method_names.size(); ++i)
    if (method_names[i] == name) return Methods{1} << i;
  return 0;
}

// "GET, HEAD", as the Allow field wants it.
inline std::string list_of(Methods methods) {
  std::string out;
  for (std::size_t i = 0; i < method_names.size(); ++i) {
    if (!(methods >> i & 1)) continue;
    if (!out.empty()) out += ", ";
    out += method_names[i];
  }
  return out;
}

}  // namespace sluice::http
