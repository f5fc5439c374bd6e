#include "wire/credentials.hpp"

#include <sluice/http.hpp>
#include <vector>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

constexpr std::size_t credentials_limit = 4096;

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Empty when it is not base64.
std::string decode_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1 || text.size() > credentials_limit) return {};
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return {};
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return out;
}

}  // namespace

Credentials read_credentials(const RequestHead& head, std::string_view query) {
  Credentials out;
  const std::string field = head.field("authorization").value_or("");
  const std::string_view value = trim(field);
  if (equal_but_case(value.substr(0, 7), "bearer ")) {
    out.token = trim(value.substr(7));
    return out;
  }
  if (equal_but_case(value.substr(0, 6), "basic ")) {
    const std::string pair = decode_base64(trim(value.substr(6)));
    const std::size_t colon = pair.find(':');
    if (colon != std::string::npos) {
      out.user = pair.substr(0, colon);
      out.password = pair.substr(colon + 1);
      return out;
    }
  }
  out.token = query_value(query, "token").value_or("");
  out.user = query_value(query, "user").value_or("");
  out.password = query_value(query, "password").value_or("");
  return out;
}

}  // namespace sluice::http
