#include "engine/lane_table.hpp"

#include "engine/lane.hpp"

namespace sluice::engine {

LaneTable::LaneTable(Clock& clock, std::uint32_t inbox_slots) : clock_(clock), inbox_slots_(inbox_slots) {}

LaneTable::~LaneTable() = default;

Lane* LaneTable::open(Seat& seat, unsigned index) {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    if (made_ == lane_slots) return nullptr;
    lanes_[made_] = std::make_unique<Lane>(clock_, made_, inbox_slots_);
    free_.push_back(lanes_[made_].get());
    ++made_;
  }
  Lane* const lane = free_.front();
  free_.pop_front();
  lane->open(seat, index);
  return lane;
}

void LaneTable::close(Lane* lane) {
  const std::lock_guard lock(mutex_);
  retire(lane);
}

void LaneTable::retire(Lane* lane) {
  if (lane->clear()) {
    free_.push_back(lane);
  } else {
    closing_.push_back(lane);
  }
}

void LaneTable::tick() {
  const std::lock_guard lock(mutex_);
  std::vector<Lane*> waiting;
  waiting.swap(closing_);
  for (Lane* const lane : waiting) retire(lane);
}

std::size_t LaneTable::open_count() const {
  const std::lock_guard lock(mutex_);
  return made_ - free_.size() - closing_.size();
}

}  // namespace sluice::engine
