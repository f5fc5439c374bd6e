#include "part_clock.hpp"

#include <algorithm>

namespace sluice::bench {
namespace {

// A part ends with its last sample; where the index stands in one depends on its size alone.
std::optional<std::uint64_t> last_index(Kind kind, std::string_view body) {
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
  for (const std::size_t from_end : sample_ends(kind))
    if (bytes.size() >= from_end)
      if (const auto index = read_index(bytes, bytes.size() - from_end)) return index;
  return std::nullopt;
}

}  // namespace

void PartClock::learn(Kind kind, const PartName& name, std::string_view body) {
  const auto [place, is_new] = ready_.try_emplace({kind, name});
  if (!is_new) return;
  const auto index = last_index(kind, body);
  if (index) place->second = times_.of(kind, *index + 1);
  if (!place->second) ++unknown_;
}

std::optional<Clock::time_point> PartClock::ready(Kind kind, const PartName& name) const {
  const auto found = ready_.find({kind, name});
  return found == ready_.end() ? std::nullopt : found->second;
}

}  // namespace sluice::bench
