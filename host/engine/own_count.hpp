// Counters with one writer: no read-modify-write, and any thread may read.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace sluice::engine {

// Unsigned, so that one may be lowered too: by 0 - n.
template <class Number>
void raise(std::atomic<Number>& counter, std::type_identity_t<Number> by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace sluice::engine
