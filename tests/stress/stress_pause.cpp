// The pauses between protocol steps: mostly none, sometimes as long as another thread's step, seldom a turn
// of the scheduler.
#include <atomic>
#include <thread>

#include "engine/stress_point.hpp"

namespace stress {
std::atomic<unsigned> pause_rate{64};
std::atomic<unsigned> pause_length{16};
}  // namespace stress

namespace sluice::engine {

void stress_pause() {
  thread_local unsigned state = static_cast<unsigned>(reinterpret_cast<unsigned long>(&state) >> 4) | 1u;
  const unsigned rate = stress::pause_rate.load(std::memory_order_relaxed);
  if (rate == 0) return;
  state = state * 1664525u + 1013904223u;
  const unsigned roll = (state >> 8) % (rate * 64);
  if (roll >= 64) return;
  if (roll == 0) {
    std::this_thread::yield();
    return;
  }
  const unsigned turns = roll * stress::pause_length.load(std::memory_order_relaxed);
  for (unsigned i = 0; i < turns; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace sluice::engine
