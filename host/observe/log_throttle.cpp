#include "observe/log_throttle.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sluice::observe {
namespace {

constexpr auto window = std::chrono::seconds(1);
constexpr std::string_view crowd = "(many sites)";

}  // namespace

LogThrottle::Entry& LogThrottle::entry_of(std::string_view site, std::string_view stream, TimePoint now) {
  std::string key;
  key.reserve(site.size() + 1 + stream.size());
  key.append(site).push_back('\0');
  key.append(stream);
  if (auto found = entries_.find(key); found != entries_.end()) return found->second;
  if (entries_.size() >= capacity) {
    std::erase_if(entries_, [now](const auto& entry) {
      return entry.second.held_back == 0 && now - entry.second.since >= window;
    });
  }
  if (entries_.size() >= capacity) key.assign(crowd).push_back('\0');
  return entries_.try_emplace(std::move(key), Entry{now}).first->second;
}

LogThrottle::Verdict LogThrottle::admit(std::string_view site, std::string_view stream, int level,
                                        TimePoint now) {
  Entry& entry = entry_of(site, stream, now);
  if (now - entry.since >= window) {
    entry.since = now;
    entry.written = 0;
  }
  if (entry.written >= lines_per_second_) {
    ++entry.held_back;
    entry.level = std::max(entry.level, level);
    return {false, 0};
  }
  ++entry.written;
  const std::uint64_t held_back = std::exchange(entry.held_back, 0);
  entry.level = 0;
  return {true, held_back};
}

std::vector<LogThrottle::Count> LogThrottle::take_counts(TimePoint now) {
  std::vector<Count> counts;
  std::erase_if(entries_, [&](auto& entry) {
    if (now - entry.second.since < window) return false;
    if (entry.second.held_back > 0) {
      const auto cut = entry.first.find('\0');
      counts.push_back({entry.first.substr(0, cut), entry.first.substr(cut + 1), entry.second.held_back,
                        entry.second.level});
    }
    return true;
  });
  std::sort(counts.begin(), counts.end(), [](const Count& a, const Count& b) {
    return std::tie(a.site, a.stream) < std::tie(b.site, b.stream);
  });
  return counts;
}

}  // namespace sluice::observe
