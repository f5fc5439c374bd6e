#include "wire/response_head.hpp"

#include <array>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

bool is_token(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  for (const char c : text)
    if (c <= ' ' || c > '~' || std::string_view("\"(),/:;<=>?@[\\]{}").find(c) != std::string_view::npos)
      return false;
  return true;
}

}  // namespace

std::string_view reason_of(unsigned status) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 38> reasons{{
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  for (const auto& [code, reason] : reasons)
    if (code == status) return reason;
  return "Answer";
}

bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

Framing framing_of(const ResponseHead& head, unsigned request_version) {
  if (head.length || has_no_body(head.status)) return Framing::length;
  return request_version == 11 ? Framing::chunked : Framing::close;
}

std::string write_head(const ResponseHead& head, unsigned request_version, bool keep_alive,
                       std::string_view date) {
  std::string out = "HTTP/1.1 " + std::to_string(head.status) + " ";
  out += reason_of(head.status);
  out += "\r\nDate: ";
  out += date;
  out += "\r\nServer: Sluice\r\n";
  for (const auto& [name, value] : head.fields) out += name + ": " + value + "\r\n";
  switch (framing_of(head, request_version)) {
    case Framing::length:
      if (head.length && head.status >= 200 && head.status != 204)
        out += "Content-Length: " + std::to_string(*head.length) + "\r\n";
      break;
    case Framing::chunked:
      out += "Transfer-Encoding: chunked\r\n";
      break;
    case Framing::close:
      keep_alive = false;
      break;
  }
  if (head.status == 101)
    out += "Connection: Upgrade\r\n";
  else if (!keep_alive)
    out += "Connection: close\r\n";
  else if (request_version == 10)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  return out;
}

bool may_be_sent(std::string_view name, std::string_view value) {
  static constexpr std::array<std::string_view, 10> ours{
      "connection", "content-length", "date",    "keep-alive",       "proxy-connection", "server",
      "te",         "trailer",        "upgrade", "transfer-encoding"};
  if (!is_token(name) || value.size() > 8192) return false;
  for (const std::string_view own : ours)
    if (equal_but_case(own, name)) return false;
  for (const char c : value)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return false;
  return true;
}

std::string chunk_line(std::uint64_t bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  do out.insert(out.begin(), digits[bytes % 16]);
  while (bytes /= 16);
  return out + "\r\n";
}

}  // namespace sluice::http
