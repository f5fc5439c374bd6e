// One stream's frames, and whom to tell of a new one. The log is the GOP cache as well: lanes are cursors
// over consecutive numbers, so "no gap, no duplicate" needs no handshake.
//
//   slot[]  +----+----+----+----+----+----+----+----+
//           | -  | -  | K7 | 8  | K9 | 10 | 11 | -  |   first=7  head=11  done=11
//           +----+----+----+----+----+----+----+----+
//   attached  0000 0101        bit = lane slot
//   links[]   one per lane that was ever attached; queued = on that lane's ready list
//
// One writer, who never waits. Readers need nothing of it: they attach, load and leave while it is idle or
// gone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/dead_frames.hpp"
#include "engine/frame.hpp"

namespace sluice::engine {

class Lane;
class Window;

constexpr unsigned lane_slots = 256;

// One stream on one lane. Made at the lane's first attach, lives with the stream.
struct alignas(64) Link {
  std::atomic<bool> queued{false};  // raised by the writer alone, lowered by the lane alone
  Link* next = nullptr;
  Lane* lane = nullptr;
  Window* window = nullptr;  // the lane's; null while it is detached
};

struct LogBounds {
  std::uint64_t bytes = 0;
  std::uint64_t frames = 0;
  std::int64_t time = 0;
};

class FrameLog {
 public:
  // What a lane that leaves has to wait for.
  struct Farewell {
    std::uint64_t head = 0;
    std::uint64_t rounds = 0;
  };

  FrameLog(std::uint64_t stream, const LogBounds& bounds);
  ~FrameLog();
  FrameLog(const FrameLog&) = delete;
  FrameLog& operator=(const FrameLog&) = delete;

  // ---- the writer ----
  // Names the frame, makes it visible, drops what is over the bounds (at most 8), wakes. The reference the
  // log holds is the first one.
  void append(Frame& frame);
  // No further frame will come; wakes all.
  void finish();
  // Memory is short: lets go of frames older than `age` before the newest, or of the oldest `bytes`; at most
  // `most` of them. Wakes the lanes, so that they let go too.
  void shrink(std::int64_t age, unsigned most);
  void shed(std::uint64_t bytes, unsigned most);
  void set_age_limit(std::int64_t age) { age_limit_.store(age, std::memory_order_relaxed); }  // [any]

  // ---- [any] ----
  // A reference to number `seq`; null: the log let go of it.
  Frame* get(std::uint64_t seq) const;
  std::uint64_t head() const { return head_.load(std::memory_order_seq_cst); }
  std::uint64_t first() const { return first_.load(std::memory_order_acquire); }
  bool ended() const { return ending_.load(std::memory_order_seq_cst); }
  std::uint64_t held_bytes() const { return held_shown_.load(std::memory_order_relaxed); }
  std::uint64_t total_bytes() const { return total_shown_.load(std::memory_order_relaxed); }
  std::int64_t newest_dts() const { return newest_shown_.load(std::memory_order_relaxed); }

  // ---- the lane ----
  Link* link_of(const Lane& lane) const;  // null: never attached
  Link& attach(Lane& lane, Window& window);
  Farewell detach(Link& link);
  bool quiet(const Link& link, const Farewell& farewell) const;

 private:
  void drop_oldest();
  void shrunk(std::uint64_t tail_before);
  bool over_bounds() const;
  std::uint64_t last_key_or_newest() const;
  void wake();
  void wake_round();

  const std::uint64_t stream_;
  const LogBounds bounds_;
  const std::uint64_t mask_;
  std::unique_ptr<std::atomic<Frame*>[]> slots_;
  std::array<std::atomic<Link*>, lane_slots> links_{};
  std::atomic<std::int64_t> age_limit_;

  // The writer's own.
  alignas(64) std::uint64_t next_ = 1;
  std::uint64_t tail_ = 1;
  std::uint64_t held_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t disposable_ = 0;
  std::int64_t newest_ = 0;
  std::uint64_t last_key_ = 0;  // number of the newest video key frame, 0: none

  alignas(64) std::atomic<std::uint64_t> head_{0};  // newest visible number
  std::atomic<std::uint64_t> done_{0};              // the append of this number is over
  std::atomic<std::uint64_t> first_{1};             // oldest number held
  std::atomic<bool> ending_{false};
  std::atomic<std::uint64_t> rounds_{0};       // wake-ups that announce no frame ...
  std::atomic<std::uint64_t> rounds_done_{0};  // ... and how many of them are over
  std::array<std::atomic<std::uint64_t>, lane_slots / 64> attached_{};
  std::atomic<std::uint64_t> held_shown_{0};
  std::atomic<std::uint64_t> total_shown_{0};
  std::atomic<std::int64_t> newest_shown_{0};
};

}  // namespace sluice::engine
