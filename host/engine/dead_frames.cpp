#include "engine/dead_frames.hpp"

#include <utility>

#include "engine/frame_pool.hpp"

namespace sluice::engine {

void DeadFrames::drop(Frame& frame) {
#if SLUICE_FAULT == 10
  if ((frame.seq & 63) == 5) return;  // planted: never dropped
#endif
#if SLUICE_FAULT == 9
  if ((frame.seq & 63) == 5 && frame.refs.load() > 1) drop_ref(frame);  // planted: dropped twice
#endif
  if (!drop_ref(frame)) return;
  release_sources(frame);
  if (home_ != frame.home) {
    flush();
    home_ = frame.home;
    last_ = &frame;
  }
  frame.next = first_;
  first_ = &frame;
}

void DeadFrames::flush() {
  if (first_ != nullptr) home_->put(first_, last_);
  home_ = nullptr;
  first_ = last_ = nullptr;
}

void release_sources(Frame& frame) {
  const std::uint32_t count = std::exchange(frame.source_count, 0);
  for (std::uint32_t i = 0; i < count; ++i) release_frame(*frame.sources[i]);
}

void release_frame(Frame& frame) {
  if (!drop_ref(frame)) return;
  release_sources(frame);
  frame.home->put(&frame, &frame);
}

}  // namespace sluice::engine
