// A request target, a newline, then names of routes, one a line.
#include <string_view>

#include "wire/router.hpp"
#include "wire/target.hpp"

using namespace sluice::http;

static std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto target = read_target(take_line(text));
  Router router;
  for (Router::RouteId id = 1; id < 16 && !text.empty(); ++id)
    if (auto name = RouteName::parse(take_line(text))) router.add(id, std::move(*name));
  if (!target) return 0;
  // A path that was read reads the same: nothing is left to decode.
  for (const auto& segment : target->segments)
    if (segment == "." || segment == ".." || segment.find_first_of("/\\%") != std::string::npos)
      __builtin_trap();
  const auto found = router.find(method_get, "h", target->segments);
  if (found.route != 0 && !(found.allowed & method_get)) __builtin_trap();
  for (Router::RouteId id = 1; id < 16; ++id) router.remove(id);
  if (router.size() != 0) __builtin_trap();
  return 0;
}
