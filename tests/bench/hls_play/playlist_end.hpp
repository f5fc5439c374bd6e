// The end of a media playlist, which is all that a viewer who follows the live edge looks at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

struct PartName {
  std::uint64_t segment = 0;
  std::uint64_t part = 0;
  auto operator<=>(const PartName&) const = default;
  std::string file() const { return "part_" + std::to_string(segment) + "_" + std::to_string(part) + ".m4s"; }
};

// EXT-X-PRELOAD-HINT; nothing: there is none.
std::optional<PartName> hinted_part(std::string_view playlist);
// EXT-X-PART, in order, of those behind `after`.
std::vector<PartName> listed_parts(std::string_view playlist, std::optional<PartName> after);
// The URI of the last segment, without its query.
std::optional<std::string> last_segment(std::string_view playlist);
std::optional<unsigned> target_duration(std::string_view playlist);

}  // namespace sluice::bench
