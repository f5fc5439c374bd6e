// Range (RFC 9110 section 14): which bytes of a representation were asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

enum class RangeAnswer {
  whole,         // no range, or one we need not honour: other units, several ranges
  part,          // 206
  unsatisfiable  // 416
};

// `field`: the value of Range. Several ranges get the whole: one answer in pieces costs more than it gives.
RangeAnswer read_range(std::string_view field, std::uint64_t length, ByteRange& out);

// "bytes 0-499/1234"; of an unsatisfiable one "bytes */1234".
std::string content_range(const ByteRange& range, std::uint64_t length);
std::string content_range_unsatisfied(std::uint64_t length);

}  // namespace sluice::http
