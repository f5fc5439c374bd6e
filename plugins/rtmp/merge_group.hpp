// MergeGroup: the players of one stream on one lane whose app trades delay for fewer, larger writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <sluice/host.hpp>
#include <sluice/timer.hpp>

#include "egress.hpp"

namespace sluice::rtmp {

class Player;

// At every window's end, each player with news reads it all. Players at the same place send the same bytes,
// put together once. [lane]
class MergeGroup {
 public:
  MergeGroup(const Host& host, sluice_lane* lane, Egress& egress, std::chrono::milliseconds window)
      : host_(host), lane_(lane), egress_(egress), window_(window), timer_(host) {}

  // Frames are there for this player; it is served when the window ends.
  void mark(Player& player);
  void leave(Player& player);
  bool is_serving() const { return serving_; }
  bool is_idle() const { return members_ == 0; }
  void join() { ++members_; }

  // One parcel with the bytes of those entries that belong to one of the two tracks.
  ParcelRef merged(std::span<sluice_entry> entries, std::uint32_t video_track, std::uint32_t audio_track);

 private:
  struct Block {
    std::uint64_t first_seq;
    std::uint64_t last_seq;
    std::uint32_t video_track;
    std::uint32_t audio_track;
    ParcelRef parcel;
    bool operator==(const Block& other) const {
      return first_seq == other.first_seq && last_seq == other.last_seq && video_track == other.video_track &&
             audio_track == other.audio_track;
    }
  };
  static constexpr std::size_t block_limit = 16;

  void serve();

  const Host& host_;
  sluice_lane* lane_;
  Egress& egress_;
  std::chrono::milliseconds window_;
  Timer timer_;
  std::vector<Player*> marked_;
  std::vector<Player*> due_;   // being served; null once it left
  std::vector<Block> blocks_;  // made for the window being served
  bool serving_ = false;
  std::size_t members_ = 0;
};

}  // namespace sluice::rtmp
