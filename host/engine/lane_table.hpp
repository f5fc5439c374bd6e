// The engine's lanes: slots that are reused but never freed, so that a publisher's late kick is only a
// spurious wake-up.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/frame_log.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class Clock;
class Lane;

class LaneTable {
 public:
  LaneTable(Clock& clock, std::uint32_t inbox_slots);
  ~LaneTable();
  LaneTable(const LaneTable&) = delete;
  LaneTable& operator=(const LaneTable&) = delete;

  Lane* open(Seat& seat, unsigned index);  // null: all slots are taken
  void close(Lane* lane);
  // Lanes whose last publisher had not let go when they closed.
  void tick();
  std::size_t open_count() const;

 private:
  void retire(Lane* lane);

  Clock& clock_;
  const std::uint32_t inbox_slots_;
  mutable std::mutex mutex_;
  std::array<std::unique_ptr<Lane>, lane_slots> lanes_;
  unsigned made_ = 0;
  std::deque<Lane*> free_;  // longest unused first
  std::vector<Lane*> closing_;
};

}  // namespace sluice::engine
