// Conditional requests (RFC 9110 section 13) against one representation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/request_reader.hpp"

namespace sluice::http {

struct Validators {
  std::string_view etag;      // with its quotes, perhaps W/ before them
  std::int64_t modified = 0;  // seconds since 1970 UTC
};

enum class Condition { serve, not_modified, failed };

// For GET and HEAD, in the order of section 13.2.2.
Condition judge(const RequestHead& head, const Validators& now);
// Whether If-Range (section 13.1.5) lets a Range be honoured; without the field it does.
bool range_holds(const RequestHead& head, const Validators& now);

}  // namespace sluice::http
