// Base64 with the alphabet for URLs and without padding: RFC 4648 section 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::auth {

std::string base64url_encode(std::string_view bytes);

// Nothing for a foreign character, padding, a length no encoder makes, or left-over bits that are not zero:
// every text has exactly one spelling.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace sluice::auth
