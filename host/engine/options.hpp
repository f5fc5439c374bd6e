// What an operator can set, host-wide and per app.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace sluice::engine {

using Nanoseconds = std::chrono::nanoseconds;

// Of one app: the first segment of a stream key.
struct AppOptions {
  bool takeover = false;  // a second publisher replaces the first; otherwise it is refused
  Nanoseconds grace = std::chrono::seconds(15);
  Nanoseconds first_frame_timeout = std::chrono::seconds(20);  // 0: never
  Nanoseconds idle_timeout = std::chrono::seconds(5);          // between later frames; 0: never

  std::uint64_t cache_bytes = 16u << 20;
  std::uint64_t cache_frames = 2048;
  Nanoseconds cache_time = std::chrono::seconds(10);
  std::uint64_t memory_share = 64u << 20;  // one stream's frames altogether: cache and what stuck lanes hold

  Nanoseconds segment_target = std::chrono::seconds(2);
  Nanoseconds part_target = std::chrono::milliseconds(200);

  std::uint64_t lag_bytes = 4u << 20;  // of a subscription that names none
  Nanoseconds lag_time = std::chrono::seconds(3);
  Nanoseconds stuck_after = std::chrono::seconds(10);  // a viewer that reads nothing for so long is closed
  std::uint64_t max_subscriptions = 0;                 // per stream, 0: only the host's bound
};

struct Options {
  std::uint64_t memory_budget = 1u << 30;  // all payload bytes of the host
  std::uint64_t max_frame = 8u << 20;
  std::uint64_t max_streams = 10'000;
  std::uint64_t max_subscriptions = 200'000;
  std::uint64_t max_operations = 65'536;  // begins under way
  std::uint32_t inbox_slots = 4096;       // posted calls waiting per lane
  Nanoseconds begin_timeout =
      std::chrono::seconds(10);  // an authoriser or a leaving publisher that is silent
  // Called now and then, on any thread, never under a lock of the engine. Null: defaults for every app.
  std::function<AppOptions(std::string_view app)> app_options;
};

}  // namespace sluice::engine
