// Bytes for tests, written as hex text with free spacing: hex("01 64 00 1f").
#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

using Bytes = std::vector<uint8_t>;

inline Bytes hex(std::string_view text) {
  const auto digit = [](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    throw std::invalid_argument("not a hex digit");
  };
  Bytes out;
  unsigned digits = 0, value = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    value = value << 4 | digit(c);
    if (++digits % 2 == 0) {
      out.push_back(static_cast<uint8_t>(value));
      value = 0;
    }
  }
  if (digits % 2) throw std::invalid_argument("odd number of hex digits");
  return out;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// Holds bytes to the end of the program, for parsers whose answer points into what they were given.
inline const Bytes& keep(Bytes bytes) {
  static std::deque<Bytes> kept;
  return kept.emplace_back(std::move(bytes));
}

}  // namespace sluice::test
