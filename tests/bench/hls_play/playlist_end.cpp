#include "playlist_end.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::bench {
namespace {

constexpr std::string_view part_uri = "URI=\"part_";

std::optional<PartName> name_in(std::string_view line) {
  const std::size_t at = line.find(part_uri);
  if (at == std::string_view::npos) return std::nullopt;
  PartName name;
  const char* const end = line.data() + line.size();
  const auto segment = std::from_chars(line.data() + at + part_uri.size(), end, name.segment);
  if (segment.ec != std::errc() || segment.ptr == end || *segment.ptr != '_') return std::nullopt;
  if (std::from_chars(segment.ptr + 1, end, name.part).ec != std::errc()) return std::nullopt;
  return name;
}

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

}  // namespace

std::optional<PartName> hinted_part(std::string_view playlist) {
  const std::size_t at = playlist.rfind("#EXT-X-PRELOAD-HINT:");
  return at == std::string_view::npos ? std::nullopt : name_in(line_at(playlist, at));
}

std::vector<PartName> listed_parts(std::string_view playlist, std::optional<PartName> after) {
  std::vector<PartName> names;
  std::size_t at = playlist.size();
  while (at != 0 && (at = playlist.rfind("#EXT-X-PART:", at - 1)) != std::string_view::npos) {
    const auto name = name_in(line_at(playlist, at));
    if (!name || (after && *name <= *after)) break;
    names.push_back(*name);
  }
  std::reverse(names.begin(), names.end());
  return names;
}

std::optional<std::string> last_segment(std::string_view playlist) {
  const std::size_t at = playlist.rfind("\nseg_");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view line = line_at(playlist, at + 1);
  return std::string(line.substr(0, line.find('?')));
}

std::optional<unsigned> target_duration(std::string_view playlist) {
  constexpr std::string_view tag = "#EXT-X-TARGETDURATION:";
  const std::size_t at = playlist.find(tag);
  unsigned seconds = 0;
  if (at == std::string_view::npos) return std::nullopt;
  const auto [end, failure] =
      std::from_chars(playlist.data() + at + tag.size(), playlist.data() + playlist.size(), seconds);
  if (failure != std::errc()) return std::nullopt;
  return seconds;
}

}  // namespace sluice::bench
