// What a module generation costs and holds, lane by lane and altogether.
//
// A frame that a module retained is put on the account of the lane on whose thread it did so: frame_retain
// names no module, but a module's code runs on its lanes alone, so the thread does. Counting it by the frame
// instead would cost a shared line; counting it for the whole host would name nobody.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/lane_tally.hpp"

namespace sluice {
struct Seat;
}
namespace sluice::engine {
class Lane;
}
namespace sluice::observe {
struct Sample;
}

namespace sluice::modules {

class LaneThreads;

struct LaneAccount {
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds away{0};  // late now, since then
  engine::LaneFigures figures;
};

struct Account {
  std::vector<LaneAccount> lanes;
  std::uint64_t connections = 0;
  std::uint64_t stream_bytes = 0;  // frame memory of the streams it publishes
  std::uint64_t open_drafts = 0;   // of its publications

  // Of all lanes; inbox_highest is the highest of one.
  LaneAccount total() const;
};

class Accounting {
 public:
  // All of it outlives this object.
  Accounting(const Seat& seat, const LaneThreads& threads);

  // [any] While the lanes are the seat's: from their start until they are closed. `away` is left to who
  // watches.
  Account now() const;

 private:
  const Seat& seat_;
  const std::vector<engine::Lane*> lanes_;
  const LaneThreads& threads_;
};

// {cpu_ms, wakeups, late, away_ms, frames_held, ..., lanes: [{cpu_ms, ...}]}
nlohmann::json to_json(const Account& account);

// For one snapshot of the metrics, labelled with module and generation.
void measure(const std::string& module, std::uint32_t generation, const Account& account,
             std::vector<observe::Sample>& out);

}  // namespace sluice::modules
