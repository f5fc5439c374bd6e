// When each part could be whole: when the publisher sent the frame behind its last one, which closes it.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "playlist_end.hpp"
#include "send_times.hpp"

namespace sluice::bench {

class PartClock {
 public:
  explicit PartClock(const SendTimes& times) : times_(times) {}

  // The bytes of a part, as one viewer got them; others' are not looked at.
  void learn(Kind kind, const PartName& name, std::string_view body);
  // Nothing: no viewer had the part.
  std::optional<Clock::time_point> ready(Kind kind, const PartName& name) const;
  std::size_t unknown() const { return unknown_; }  // parts that do not end with a frame of the stream

 private:
  const SendTimes& times_;
  std::map<std::pair<Kind, PartName>, std::optional<Clock::time_point>> ready_;
  std::size_t unknown_ = 0;
};

}  // namespace sluice::bench
