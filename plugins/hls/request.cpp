#include "request.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::hls {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// As a name has it: exactly one spelling for a number.
template <class Number>
std::optional<Number> parse_name_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return {};
  return parse_number<Number>(text);
}

// What lies between `before` and `after`, or nothing.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  if (text.size() < before.size() + after.size() || !text.starts_with(before) || !text.ends_with(after))
    return {};
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

std::optional<File> numbered(FileKind kind, std::string_view digits, bool ts) {
  const auto number = parse_name_number<std::uint64_t>(digits);
  if (!number) return {};
  return File{kind, *number, 0, ts};
}

std::optional<File> parse_part(std::string_view digits) {
  const std::size_t line = std::min(digits.find('_'), digits.size());
  const auto segment = parse_name_number<std::uint64_t>(digits.substr(0, line));
  const auto part = parse_name_number<std::uint32_t>(digits.substr(std::min(line + 1, digits.size())));
  if (!segment || !part) return {};
  return File{FileKind::part, *segment, *part, false};
}

std::optional<File> parse_media_file(std::string_view name, bool ts) {
  if (name == "media.m3u8") return File{FileKind::media, 0, 0, ts};
  if (ts) {
    const auto digits = between(name, "seg_", ".ts");
    return digits ? numbered(FileKind::segment, *digits, true) : std::nullopt;
  }
  if (const auto digits = between(name, "seg_", ".m4s")) return numbered(FileKind::segment, *digits, false);
  if (const auto digits = between(name, "init_", ".mp4")) return numbered(FileKind::init, *digits, false);
  if (const auto digits = between(name, "part_", ".m4s")) return parse_part(*digits);
  return {};
}

bool is_rendition(std::string_view name) {
  if (name == "ts") return true;
  return (name.starts_with('v') || name.starts_with('a')) &&
         parse_name_number<std::uint32_t>(name.substr(1)).has_value();
}

struct Split {
  std::string_view folder;
  std::string_view name;
};

Split split_last(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

template <class Number>
error_code take_number(std::string_view value, std::optional<Number>& into) {
  if (into) return Errc::directive_repeated;
  into = parse_number<Number>(value);
  return into ? error_code() : Errc::bad_number;
}

error_code take_directive(std::string_view name, std::string_view value, Delivery& delivery) {
  if (name == "_HLS_msn") return take_number(value, delivery.msn);
  if (name == "_HLS_part") return take_number(value, delivery.part);
  if (name != "_HLS_skip") return {};
  if (delivery.skip) return Errc::directive_repeated;
  if (value != "YES" && value != "v2") return Errc::bad_skip;
  delivery.skip = true;
  return {};
}

// RFC 3986 3.4, without what would end an attribute.
bool belongs_in_query(char c) {
  constexpr std::string_view others = "-._~!$'()*+,;=:@/?%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

}  // namespace

Result<Target> parse_target(std::string_view path) {
  const auto [folder, name] = split_last(path);
  if (folder.empty()) return Errc::no_such_file;
  if (name == "index.m3u8") return Target{folder, {}, File{FileKind::multivariant}};
  if (name == "manifest.mpd") return Target{folder, {}, File{FileKind::manifest}};
  const auto [key, rendition] = split_last(folder);
  if (key.empty() || !is_rendition(rendition)) return Errc::no_such_file;
  const auto file = parse_media_file(name, rendition == "ts");
  if (!file) return Errc::no_such_file;
  return Target{key, rendition, *file};
}

std::string spell(const File& file) {
  switch (file.kind) {
    case FileKind::multivariant:
      return "index.m3u8";
    case FileKind::manifest:
      return "manifest.mpd";
    case FileKind::media:
      return "media.m3u8";
    case FileKind::segment:
      return "seg_" + std::to_string(file.number) + (file.ts ? ".ts" : ".m4s");
    case FileKind::part:
      return "part_" + std::to_string(file.number) + "_" + std::to_string(file.part) + ".m4s";
    case FileKind::init:
      return "init_" + std::to_string(file.number) + ".mp4";
  }
  return {};
}

Result<Delivery> parse_delivery(std::string_view query) {
  if (query.size() > max_query_length) return Errc::query_too_long;
  Delivery delivery;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (const error_code error = take_directive(pair.substr(0, equals), value, delivery)) return error;
  }
  if (delivery.part && !delivery.msn) return Errc::part_without_msn;
  return delivery;
}

std::string carried_query(std::string_view query) {
  std::string carried;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty() || pair.starts_with("_HLS_") || !std::ranges::all_of(pair, belongs_in_query)) continue;
    carried += carried.empty() ? '?' : '&';
    carried += pair;
  }
  return carried;
}

}  // namespace sluice::hls
