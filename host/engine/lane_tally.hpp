// What a lane writes down about itself, and what others read of it.
//
//   the lane's thread --> LaneTally   one writer, on lines nobody else writes: a frame costs no shared line
//   anybody           <-- LaneFigures, Pulse
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "engine/own_count.hpp"

namespace sluice::engine {

// A lane that comes round later than this is counted: it promised to be back after each drain, and at
// wake_at.
constexpr std::int64_t late_after = 200'000'000;

constexpr std::int64_t asleep = 0;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

struct alignas(64) LaneTally {
  using Count = std::atomic<std::uint64_t>;

  // The heartbeat. A stretch is what lies between two of: drain, sleep, awake.
  Count stretch{0};
  std::atomic<std::int64_t> busy_since{never};  // monotonic ns; `asleep`; `never`: no thread is in the lane
  std::atomic<std::int64_t> wake_at{never};     // while asleep: when it means to be back
  Count wakeups{0};
  std::atomic<bool> host_loop{false};  // run() runs: asleep is then nowhere but in its own wait

  Count window_frames{0};  // that its windows hold a reference of, ...
  Count window_bytes{0};   // and their payload

  Count late{0};
  Count skipped{0};      // frames its subscriptions passed over
  Count dropped{0};      // frames its publications could not get out
  Count lost_drafts{0};  // still begun when their publication ended: nobody can give them back

  // Retained less released, modulo 2^64: a frame may be retained on one lane and released on another, so only
  // the sum over a module's lanes says something.
  Count retained_frames{0};
  Count retained_bytes{0};

  void reset() {
    for (Count* const count : {&stretch, &wakeups, &window_frames, &window_bytes, &late, &skipped, &dropped,
                               &lost_drafts, &retained_frames, &retained_bytes}) {
      count->store(0, std::memory_order_relaxed);
    }
    busy_since.store(never, std::memory_order_relaxed);
    wake_at.store(never, std::memory_order_relaxed);
    host_loop.store(false, std::memory_order_relaxed);
  }
};

struct LaneFigures {
  std::uint64_t wakeups = 0;
  std::uint64_t late = 0;
  std::uint64_t window_frames = 0;
  std::uint64_t window_bytes = 0;
  std::uint64_t retained_frames = 0;  // see LaneTally
  std::uint64_t retained_bytes = 0;
  std::uint64_t lost_drafts = 0;
  std::uint64_t skipped = 0;
  std::uint64_t dropped = 0;
  std::uint64_t inbox_depth = 0;
  std::uint64_t inbox_highest = 0;  // since the lane was opened
  std::uint64_t inbox_refused = 0;
};

// What a seat's publications hold.
struct PublisherHoldings {
  std::uint64_t memory = 0;  // bytes of frame memory their streams have, in caches and in store
  std::uint64_t drafts = 0;  // begun, neither published nor abandoned
};

struct Pulse {
  std::uint64_t stretch = 0;
  std::int64_t busy_since = never;
  std::int64_t wake_at = never;
  bool kicked = false;  // somebody woke it, or it never slept
  bool host_loop = false;
};

}  // namespace sluice::engine
