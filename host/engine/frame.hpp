// A frame's header. Once a header, always a header: a stranger that still holds an old pointer may look at
// `refs` and, having got a reference, at the name, whatever has become of the frame meanwhile.
//
//   refs == 0   with its pool, or being written: only the pool's owner touches it
//   refs >= 1   immutable; (stream, seq) is its name and never repeats
#pragma once

#include <sluice/abi/frame.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/stress_point.hpp"

namespace sluice::engine {

class FramePool;
struct TrackRevision;

struct alignas(64) Frame {
  std::atomic<std::uint32_t> refs{0};
  std::uint8_t size_class = 0;
  std::uint8_t track_slot = 0;
  std::uint32_t source_count = 0;  // a chunk: frames of its source that it holds, listed in its payload
  std::uint64_t stream = 0;
  std::uint64_t seq = 0;
  std::uint64_t total_before = 0;       // bytes of all frames of the stream before this one
  std::uint64_t disposable_before = 0;  // of the disposable ones
  FramePool* home = nullptr;
  Frame* next = nullptr;  // in lists of dead frames
  std::uint8_t* payload = nullptr;
  std::uint64_t capacity = 0;
  TrackRevision* track = nullptr;  // counted by the pool's owner alone: see FramePool::give
  Frame** sources = nullptr;       // source_count of them
  sluice_span span{};
  sluice_frame view{};

  // Of a track that one can only join at its key frames: pictures, and chunks made of them.
  bool is_keyed() const {
    return view.track->kind == SLUICE_TRACK_VIDEO || view.track->kind == SLUICE_TRACK_CHUNKS;
  }
  bool is_key() const { return (view.flags & SLUICE_FRAME_KEY) != 0; }
  bool is_disposable() const { return (view.flags & SLUICE_FRAME_DISPOSABLE) != 0; }

  static Frame* of(const sluice_frame* view) {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(const_cast<sluice_frame*>(view));
    return reinterpret_cast<Frame*>(bytes - offsetof(Frame, view));
  }
};

// Acquire pairs with the release of `refs = 1` through the chain of read-modify-writes.
inline bool try_ref(Frame& frame) {
  std::uint32_t count = frame.refs.load(std::memory_order_relaxed);
  while (count != 0) {
    if (frame.refs.compare_exchange_weak(count, count + 1, std::memory_order_acquire,
                                         std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// True: that was the last one, and the frame must go home. Release: the holder's reads come before the reuse.
inline bool drop_ref(Frame& frame) {
#if SLUICE_FAULT == 11
  return frame.refs.fetch_sub(1, std::memory_order_relaxed) == 1;
#else
  return frame.refs.fetch_sub(1, std::memory_order_acq_rel) == 1;
#endif
}

}  // namespace sluice::engine
