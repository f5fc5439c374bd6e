#include "credentials.hpp"

#include <algorithm>
#include <charconv>

#include "token.hpp"

namespace sluice::auth {
namespace {

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    const char* digits = text.data() + i + 1;
    if (text.size() - i < 3) return Errc::credentials_unreadable;
    const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc() || end != digits + 2) return Errc::credentials_unreadable;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string* place_of(std::string_view name, Credentials& in) {
  if (name == "user") return &in.user;
  if (name == "pass" || name == "password") return &in.password;
  return name == "token" ? &in.token : nullptr;
}

// Two values for one name are refused: which one counts would differ between this and whatever stands before
// it.
Result<Credentials> parse_query(std::string_view query) {
  Credentials out;
  if (query.size() > query_limit) return Errc::credentials_too_long;
  for (std::size_t count = 0; !query.empty(); ++count) {
    if (count == query_parameter_limit) return Errc::credentials_too_long;
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(query.size(), end + 1));
    const std::size_t equals = parameter.find('=');
    std::string* place = place_of(parameter.substr(0, equals), out);
    if (!place || equals == std::string_view::npos) continue;
    auto value = percent_decoded(parameter.substr(equals + 1));
    if (!value) return value.error();
    if (!place->empty() && *place != *value) return Errc::credentials_repeated;
    *place = std::move(*value);
  }
  return out;
}

}  // namespace

Result<Credentials> gather_credentials(const Shown& shown) {
  auto out = parse_query(shown.query);
  if (!out) return out;
  if (!shown.user.empty()) out->user = shown.user.substr(0, user_limit + 1);
  if (!shown.password.empty()) out->password = shown.password.substr(0, password_limit + 1);
  if (!shown.token.empty()) out->token = shown.token.substr(0, token_limit + 1);
  if (out->user.size() > user_limit || out->password.size() > password_limit ||
      out->token.size() > token_limit)
    return Errc::credentials_too_long;
  return out;
}

}  // namespace sluice::auth
