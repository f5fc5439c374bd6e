// Viewers of what a module publishes, and whoever else has to be there besides it: a seat and a lane of the
// kit's own.
#pragma once

#include <sluice/abi/frame.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "abi/seat.hpp"
#include "engine/requests.hpp"
#include "modules/lane_threads.hpp"

namespace sluice::kit {

class Room;

// What a viewer saw of one track.
struct TrackSeen {
  std::uint32_t kind = 0;
  std::uint32_t codec = 0;
  std::size_t frames = 0;
  std::size_t keys = 0;
  std::int64_t last_key = 0;     // dts
  std::int64_t longest_gap = 0;  // ns of media time without a key frame
  std::string defect;            // the first
};

// One viewer's story; shared, because the engine tells it after the viewer's end, too.
class Sighting {
 public:
  // ---- the lane ----
  void note_track(const sluice_track& track);
  void note_frame(const sluice_frame& frame);

  // ---- [any] ----
  std::map<std::uint32_t, TrackSeen> tracks() const;
  std::uint64_t missing() const { return missing_; }  // frames whose numbers were passed over
  std::size_t frames() const;

  std::atomic<int> answers{0};  // how often on_done came
  std::atomic<bool> admitted{false};
  std::atomic<bool> closed{false};

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, TrackSeen> tracks_;
  std::uint64_t last_seq_ = 0;
  std::atomic<std::uint64_t> missing_{0};
};

enum class Manner { reads, never_reads, cancels };

class Audience {
 public:
  explicit Audience(Room& room);
  ~Audience();  // all have left
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // A viewer who watches from now on, or asks and takes it back at once.
  // `format`: its chunks rather than its frames.
  std::shared_ptr<Sighting> watch(const std::string& stream, Manner manner, const std::string& format = {});

  // As a module that uses others.
  Seat& seat() { return seat_; }

 private:
  Room& room_;
  Seat seat_;
  modules::LaneThreads threads_;
};

}  // namespace sluice::kit
