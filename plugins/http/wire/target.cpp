#include "wire/target.hpp"

#include <cstdint>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

Refusal refuse(std::string what) { return {400, "The path " + std::move(what)}; }

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return false;
    if (text.size() - at <= more) return false;
    for (std::size_t i = 1; i <= more; ++i)
      if ((static_cast<std::uint8_t>(text[at + i]) & 0xc0) != 0x80) return false;
    const auto second = more ? static_cast<std::uint8_t>(text[at + 1]) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
      return false;
    at += more + 1;
  }
  return true;
}

// Percent-decoding, once. What would be decoded a second time by somebody else, or means something to a file
// system, is refused rather than repaired.
Refusable<std::string> decode(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c <= ' ' || c > '~' || c == '\\' || c == '#')
      return refuse("has a byte that must be percent-encoded; encode it.");
    if (c != '%') {
      out += c;
      continue;
    }
    const int high = i + 1 < raw.size() ? hex_digit(raw[i + 1]) : -1;
    const int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
    if (high < 0 || low < 0)
      return refuse("has a '%' without two hexadecimal digits; encode the '%' or leave it out.");
    const int byte = high * 16 + low;
    if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' || byte == '%')
      return refuse("has an encoded control, slash, backslash or percent sign; leave it out.");
    out += static_cast<char>(byte);
    i += 2;
  }
  if (!is_utf8(out)) return refuse("is not UTF-8 when decoded; encode it as UTF-8.");
  return out;
}

// "." and "..", also with what some servers take for a parameter ("..;a"), and names that end in a dot, which
// some file systems drop.
bool is_treacherous(std::string_view segment) {
  const std::string_view name = segment.substr(0, segment.find(';'));
  return !segment.empty() && (name.empty() || name.back() == '.');
}

Refusable<std::vector<std::string>> split(std::string_view path) {
  std::vector<std::string> segments;
  std::string_view rest = path.substr(1);
  if (rest.empty()) return segments;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (segment.empty() && !last) return refuse("has an empty segment (\"//\"); write one slash.");
    if (is_treacherous(segment))
      return refuse("has a segment that is or ends in a dot; write the path without it.");
    segments.emplace_back(segment);
    if (last) return segments;
    rest.remove_prefix(slash + 1);
  }
}

// Scheme and authority of the absolute form, which proxies send (RFC 9112 section 3.2.2).
bool take_authority(std::string_view& text, Target& out) {
  const std::size_t scheme = equal_but_case(text.substr(0, 7), "http://")    ? 7
                             : equal_but_case(text.substr(0, 8), "https://") ? 8
                                                                             : 0;
  if (scheme == 0) return false;
  text.remove_prefix(scheme);
  const std::size_t end = text.find_first_of("/?");
  out.authority = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  return !out.authority.empty();
}

bool is_query(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '#') return false;
  return true;
}

}  // namespace

Refusable<Target> read_target(std::string_view text) {
  Target out;
  if (text == "*") {
    out.asterisk = true;
    return out;
  }
  if (!text.starts_with('/') && !take_authority(text, out))
    return Refusal{400, "The request target is neither a path nor an http(s) URL; begin it with '/'."};
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) out.query = text.substr(mark + 1);
  if (!is_query(out.query))
    return Refusal{400, "The query has a byte that must be percent-encoded; encode it."};
  const std::string_view raw = text.substr(0, mark);
  auto path = decode(raw.empty() ? "/" : raw);
  if (!path) return path.error();
  auto segments = split(*path);
  if (!segments) return segments.error();
  out.path = std::move(*path);
  out.segments = std::move(*segments);
  return out;
}

}  // namespace sluice::http
