#include "wire/range.hpp"

#include <algorithm>

#include "wire/text.hpp"

namespace sluice::http {

RangeAnswer read_range(std::string_view field, std::uint64_t length, ByteRange& out) {
  if (!equal_but_case(field.substr(0, 6), "bytes=")) return RangeAnswer::whole;
  const std::string_view spec = trim(field.substr(6));
  if (spec.find(',') != std::string_view::npos) return RangeAnswer::whole;
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return RangeAnswer::unsatisfiable;
  const std::string_view from = trim(spec.substr(0, dash)), to = trim(spec.substr(dash + 1));
  const auto first = whole_number(from), last = whole_number(to);
  if ((!from.empty() && !first) || (!to.empty() && !last)) return RangeAnswer::unsatisfiable;
  if (!first) {  // the last so many bytes
    if (!last || *last == 0 || length == 0) return RangeAnswer::unsatisfiable;
    out.size = std::min(*last, length);
    out.first = length - out.size;
    return RangeAnswer::part;
  }
  if (*first >= length || (last && *last < *first)) return RangeAnswer::unsatisfiable;
  out.first = *first;
  out.size = (last ? std::min(*last, length - 1) : length - 1) - *first + 1;
  return RangeAnswer::part;
}

std::string content_range(const ByteRange& range, std::uint64_t length) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.size - 1) + "/" +
         std::to_string(length);
}

std::string content_range_unsatisfied(std::uint64_t length) { return "bytes */" + std::to_string(length); }

}  // namespace sluice::http
