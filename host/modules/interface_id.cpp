#include "modules/interface_id.hpp"

#include <vector>

namespace sluice::modules {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// [a-z][a-z0-9(-)]*(.[a-z0-9][a-z0-9-]*){at_least - 1,}
bool valid_dotted(std::string_view text, bool dash_in_first, std::size_t at_least) {
  std::size_t segments = 0;
  while (true) {
    const std::size_t end = text.find('.');
    const std::string_view segment = text.substr(0, end);
    if (segment.empty() || segment.front() == '-' || (segments == 0 && !is_lower(segment.front())))
      return false;
    for (const char c : segment)
      if (!is_lower(c) && !is_digit(c) && !(c == '-' && (segments > 0 || dash_in_first))) return false;
    ++segments;
    if (end == std::string_view::npos) return segments >= at_least;
    text.remove_prefix(end + 1);
  }
}

bool is_number(std::string_view text) {
  for (const char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

// Numbers of any length by value.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a.front() == '0') a.remove_prefix(1);
  while (b.size() > 1 && b.front() == '0') b.remove_prefix(1);
  return a.size() != b.size() ? a.size() <=> b.size() : a <=> b;
}

std::strong_ordering compare_dotted(std::string_view a, std::string_view b) {
  while (true) {
    const std::size_t a_end = a.find('.');
    const std::size_t b_end = b.find('.');
    const std::string_view x = a.substr(0, a_end);
    const std::string_view y = b.substr(0, b_end);
    std::strong_ordering order = std::strong_ordering::equal;
    if (is_number(x) && is_number(y)) {
      order = compare_numbers(x, y);
    } else if (is_number(x) != is_number(y)) {
      order = is_number(x) ? std::strong_ordering::less : std::strong_ordering::greater;
    } else {
      order = x <=> y;
    }
    if (order != std::strong_ordering::equal) return order;
    if (a_end == std::string_view::npos || b_end == std::string_view::npos)
      return (a_end != std::string_view::npos) <=> (b_end != std::string_view::npos);
    a.remove_prefix(a_end + 1);
    b.remove_prefix(b_end + 1);
  }
}

}  // namespace

bool valid_interface_id(std::string_view id) {
  const std::size_t slash = id.find('/');
  if (slash == std::string_view::npos || id.size() > 127) return false;
  const std::string_view major = id.substr(slash + 1);
  return valid_dotted(id.substr(0, slash), false, 2) && is_number(major) && major.front() != '0';
}

bool valid_module_id(std::string_view id) { return id.size() <= 127 && valid_dotted(id, true, 1); }

std::string_view interface_name(std::string_view id) { return id.substr(0, id.find('/')); }

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  a = a.substr(0, a.find('+'));
  b = b.substr(0, b.find('+'));
  const std::size_t a_dash = a.find('-');
  const std::size_t b_dash = b.find('-');
  const auto order = compare_dotted(a.substr(0, a_dash), b.substr(0, b_dash));
  if (order != std::strong_ordering::equal) return order;
  if (a_dash == std::string_view::npos || b_dash == std::string_view::npos)
    return (a_dash == std::string_view::npos) <=> (b_dash == std::string_view::npos);
  return compare_dotted(a.substr(a_dash + 1), b.substr(b_dash + 1));
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos,
              resume = 0;  // where the last `*` was and what it has eaten up to
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace sluice::modules
