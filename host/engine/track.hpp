// The tracks of one stream and their revisions. Its writer changes them; anybody may list them.
#pragma once

#include <sluice/abi/frame.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/errc.hpp"

namespace sluice::engine {

class FramePool;

// Immutable but for `frames`.
struct TrackRevision : std::enable_shared_from_this<TrackRevision> {
  sluice_track view{};  // points into the two below
  std::vector<std::uint8_t> config;
  std::string language;
  std::uint8_t slot = 0;
  std::uint32_t coding = 1;  // rises when a decoder has to be set up anew: another codec or configuration
  std::uint64_t frames = 0;  // frames that name it; touched by the pool's owner only
};

using TrackList = std::vector<std::shared_ptr<TrackRevision>>;

class TrackTable {
 public:
  static constexpr std::size_t most = 16;
  static constexpr std::uint64_t config_most = 64u << 10;
  static constexpr std::uint64_t language_most = 64;

  explicit TrackTable(FramePool& pool) : pool_(pool) {}

  // ---- the writer ----
  // A publisher came (back): its first video, audio ... continue the tracks the one before left, same ids.
  void begin_epoch();
  // What the one before had and this one has not, at its first frame.
  void drop_unclaimed();
  bool has_unclaimed() const { return unclaimed_ != 0; }
  Result<std::uint32_t> add(const sluice_track& track, Failure& failure);
  Errc update(std::uint32_t id, const sluice_track& track, Failure& failure);
  // The one track of a packaging, id 1, with this init chunk; `quiet`: under the revision number there is.
  // Fails: LIMIT (64 KiB).
  Errc set_chunks(std::span<const std::uint8_t> init, bool quiet, Failure& failure);
  TrackRevision* newest(std::uint32_t id) const;  // null: no such track of this epoch

  // ---- [any] ----
  TrackList list() const;
  std::uint64_t changes() const { return changes_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::shared_ptr<TrackRevision> newest;
    bool claimed = false;
  };

  void revise(Slot& slot, std::uint32_t id, const sluice_track& track, bool quiet = false);

  FramePool& pool_;
  mutable std::mutex mutex_;  // the writer's changes against list()
  std::array<Slot, most> slots_;
  unsigned unclaimed_ = 0;
  std::uint32_t next_id_ = 1;
  std::atomic<std::uint64_t> changes_{0};
};

}  // namespace sluice::engine
