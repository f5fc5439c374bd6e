// Dates as HTTP writes them (IMF-fixdate, RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

// Seconds since 1970 UTC, not negative.
std::string http_date(std::int64_t seconds);
// Nothing for the two obsolete forms: who sends them is answered as if they had sent none.
std::optional<std::int64_t> read_http_date(std::string_view text);

}  // namespace sluice::http
