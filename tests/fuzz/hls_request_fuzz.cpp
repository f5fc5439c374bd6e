// First line a path, the rest a query: what a viewer sends. What is understood has one spelling only.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace sluice::hls;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = std::min(text.find('\n'), size);
  const std::string_view path = text.substr(0, line), query = text.substr(std::min(line + 1, size));
  if (const auto target = parse_target(path)) {
    std::string again(target->key);
    if (!target->rendition.empty()) again += "/" + std::string(target->rendition);
    again += "/" + spell(target->file);
    if (again != path) std::abort();
  }
  const std::string carried = carried_query(query);
  if (!carried.empty() && carried_query(std::string_view(carried).substr(1)) != carried) std::abort();
  if (carried.find_first_of("\"\n") != std::string::npos) std::abort();
  const auto delivery = parse_delivery(query);
  if (delivery && delivery->part && !delivery->msn) std::abort();
  return 0;
}
