#include "stream_pattern.hpp"

#include <bitset>

#include <sluice/stream_key.hpp>

namespace sluice::auth {
namespace {

bool is_pattern_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-~*").find(c) != std::string_view::npos;
}

Result<void> check_segment(std::string_view segment) {
  for (const char c : segment)
    if (!is_pattern_character(c)) return Errc::pattern_bad_character;
  if (segment.empty() || segment == "." || segment == "..") return Errc::pattern_bad_segment;
  if (segment != "**" && segment.find("**") != std::string_view::npos) return Errc::pattern_bad_star;
  return {};
}

}  // namespace

Result<StreamPattern> StreamPattern::parse(std::string_view text) {
  if (text.size() > stream_key_limit) return Errc::pattern_too_long;
  std::size_t segments = 0;
  bool many = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view segment = text.substr(begin, end - begin);
    if (const Result<void> sound = check_segment(segment); !sound) return sound.error();
    many = many || segment == "**";
    ++segments;
    begin = end + 1;
  }
  if (segments < 2 && !many) return Errc::pattern_too_short;
  return StreamPattern(text);
}

// reached[n]: what was read of the pattern so far matches the first n bytes of the key. Backtracking would be
// shorter and exponential in the stars.
bool StreamPattern::matches(std::string_view key) const {
  if (key.size() > stream_key_limit) return false;
  std::bitset<stream_key_limit + 1> reached;
  reached[0] = true;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] != '*') {
      for (std::size_t n = key.size() + 1; n-- > 0;)
        reached[n] = n > 0 && reached[n - 1] && key[n - 1] == text_[i];
      continue;
    }
    const bool across = i + 1 < text_.size() && text_[i + 1] == '*';
    for (std::size_t n = 1; n <= key.size(); ++n)
      if (reached[n - 1] && (across || key[n - 1] != '/')) reached[n] = true;
    i += across ? 1 : 0;
  }
  return reached[key.size()];
}

}  // namespace sluice::auth
