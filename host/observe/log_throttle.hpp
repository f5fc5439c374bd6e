// Holds back a flood: at most 10 lines a second from one site about one stream, the rest counted. Pure: time
// is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::observe {

class LogThrottle {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  // Sites times streams remembered at once; beyond, all newcomers share one entry.
  static constexpr std::size_t capacity = 1024;

  struct Verdict {
    bool write;
    std::uint64_t held_back;  // lines of this site and stream left out since the last one written
  };
  struct Count {
    std::string site;
    std::string stream;
    std::uint64_t held_back;
    int level;  // the highest among them
  };

  explicit LogThrottle(unsigned lines_per_second = 10) : lines_per_second_(lines_per_second) {}

  Verdict admit(std::string_view site, std::string_view stream, int level, TimePoint now);

  // Counts whose second is over, each told once; forgets whoever has been quiet since.
  std::vector<Count> take_counts(TimePoint now);

 private:
  struct Entry {
    TimePoint since;
    unsigned written = 0;
    std::uint64_t held_back = 0;
    int level = 0;
  };
  Entry& entry_of(std::string_view site, std::string_view stream, TimePoint now);

  unsigned lines_per_second_;
  std::unordered_map<std::string, Entry> entries_;  // "site\0stream"
};

}  // namespace sluice::observe
