// The head of an HTTP/1.1 response (RFC 9112), and the framing of its body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct ResponseHead {
  unsigned status = 200;
  Fields fields;                        // not those of the framing, Date and Server
  std::optional<std::uint64_t> length;  // none: the body ends when it ends
};

enum class Framing {
  length,  // Content-Length, or a status that has no body
  chunked,
  close  // until the connection ends: HTTP/1.0 without a length
};

Framing framing_of(const ResponseHead& head, unsigned request_version);

// Status line, fields, empty line. `keep_alive`: whether another request may follow.
std::string write_head(const ResponseHead& head, unsigned request_version, bool keep_alive,
                       std::string_view date);

std::string_view reason_of(unsigned status);
bool has_no_body(unsigned status);

// Whether a field from elsewhere may stand in a response: a token as name, a value without control
// characters, and not one that frames the message or belongs to the connection.
bool may_be_sent(std::string_view name, std::string_view value);

// "1f4\r\n": before so many bytes of a chunked body, which "\r\n" follows.
std::string chunk_line(std::uint64_t bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace sluice::http
