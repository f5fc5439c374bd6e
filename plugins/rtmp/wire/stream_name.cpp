#include "wire/stream_name.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace sluice::rtmp {
namespace {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80       ? 1
                          : lead >> 5 == 6  ? 2
                          : lead >> 4 == 14 ? 3
                          : lead >> 3 == 30 ? 4
                                            : 0;
    if (length == 0 || text.size() - i < length) return false;
    uint32_t code = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<uint8_t>(text[i + k]);
      if (byte >> 6 != 2) return false;
      code = code << 6 | (byte & 0x3f);
    }
    constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

bool is_clean(std::string_view text) {
  const auto control = [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; };
  return std::ranges::none_of(text, control) && is_utf8(text);
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return is_clean(out) ? std::optional(out) : std::nullopt;
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::optional<std::string> decode_path(std::string_view path) {
  path = without_slashes(path);
  const auto decoded = decode(path);
  if (!decoded || decoded->empty()) return std::nullopt;
  if (std::ranges::count(*decoded, '/') != std::ranges::count(path, '/')) return std::nullopt;
  for (size_t at = 0; at <= decoded->size();) {
    const size_t end = std::min(decoded->find('/', at), decoded->size());
    const auto segment = std::string_view(*decoded).substr(at, end - at);
    if (segment == "." || segment == "..") return std::nullopt;
    at = end + 1;
  }
  return decoded;
}

bool add_query(std::string_view text, std::vector<QueryParameter>& query) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals));
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || query.size() == max_query_parameters) return false;
    query.push_back({std::move(*name), std::move(*value)});
  }
  return true;
}

struct PathAndQuery {
  std::string_view path;
  std::string_view query;
};

PathAndQuery split_query(std::string_view text) {
  const size_t mark = text.find('?');
  if (mark == std::string_view::npos) return {text, {}};
  return {text.substr(0, mark), text.substr(mark + 1)};
}

// What follows the host in scheme://host:port/path?query.
std::string_view after_host(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const size_t slash = url.find('/');
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

}  // namespace

const std::string* StreamName::find(std::string_view parameter) const {
  const auto found = std::ranges::find(query, parameter, &QueryParameter::name);
  return found == query.end() ? nullptr : &found->value;
}

Result<StreamName> split_app(std::string_view app, std::string_view tc_url) {
  if (app.size() > max_name_length || tc_url.size() > max_name_length) return Errc::bad_stream_name;
  if (!is_clean(app) || !is_clean(tc_url)) return Errc::bad_stream_name;
  const auto in_url = split_query(after_host(tc_url));
  auto [path, query] = split_query(app);
  if (without_slashes(path).empty()) path = in_url.path;
  if (query.empty()) query = in_url.query;
  StreamName split;
  auto decoded = decode_path(path);
  if (!decoded || !add_query(query, split.query)) return Errc::bad_stream_name;
  split.app = std::move(*decoded);
  return split;
}

Result<StreamName> split_stream_name(std::string_view app, std::string_view tc_url, std::string_view name) {
  if (name.size() > max_name_length || !is_clean(name)) return Errc::bad_stream_name;
  const auto of_app = split_app(app, tc_url);
  if (!of_app) return of_app.error();
  const auto [path, query] = split_query(name);
  StreamName split;
  split.app = of_app->app;
  auto decoded = decode_path(path);
  if (!decoded || !add_query(query, split.query)) return Errc::bad_stream_name;
  split.name = std::move(*decoded);
  if (split.query.size() + of_app->query.size() > max_query_parameters) return Errc::bad_stream_name;
  split.query.insert(split.query.end(), of_app->query.begin(), of_app->query.end());
  return split;
}

}  // namespace sluice::rtmp
