// The one function that decides what a stream is called, before auth, routing, logs, directory and disk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sluice/result.hpp>

namespace sluice {

// app/name[/...][~layer]: segments of [A-Za-z0-9._-], none of them "." or "..", 255 bytes in all.
inline constexpr std::size_t stream_key_limit = 255;

namespace detail {

inline bool is_key_segment(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  for (char c : segment) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

inline std::string_view take_segment(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}

}  // namespace detail

// True for a key in canonical form.
inline bool is_canonical_stream_key(std::string_view key) {
  if (key.size() > stream_key_limit || key.empty() || key.back() == '/') return false;
  std::string_view rest = key;
  if (const std::size_t tilde = key.find('~'); tilde != std::string_view::npos) {
    if (!detail::is_key_segment(key.substr(tilde + 1))) return false;
    rest = key.substr(0, tilde);
    if (rest.empty() || rest.back() == '/') return false;
  }
  std::size_t segments = 0;
  while (!rest.empty()) {
    if (!detail::is_key_segment(detail::take_segment(rest))) return false;
    ++segments;
  }
  return segments >= 2;
}

// Joins what a protocol calls application and stream; surplus slashes at either end of each are dropped.
// Fails with errc::invalid_argument; nothing is repaired that could make two spellings of one stream.
inline Result<std::string> canonical_stream_key(std::string_view app, std::string_view name) {
  const auto strip = [](std::string_view text) {
    while (!text.empty() && text.front() == '/') text.remove_prefix(1);
    while (!text.empty() && text.back() == '/') text.remove_suffix(1);
    return text;
  };
  std::string key(strip(app));
  key += '/';
  key += strip(name);
  if (!is_canonical_stream_key(key)) return make_error_code(boost::system::errc::invalid_argument);
  return key;
}

// The part before the first slash: the application whose settings apply.
inline std::string_view stream_app(std::string_view key) { return key.substr(0, key.find('/')); }

}  // namespace sluice
