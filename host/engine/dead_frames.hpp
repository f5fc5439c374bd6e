// Frames that died on a lane, handed home with one compare-exchange per batch.
#pragma once

#include "engine/frame.hpp"

namespace sluice::engine {

class DeadFrames {
 public:
  DeadFrames() = default;
  DeadFrames(const DeadFrames&) = delete;
  DeadFrames& operator=(const DeadFrames&) = delete;
  ~DeadFrames() { flush(); }

  // Drops one reference.
  void drop(Frame& frame);
  void flush();

 private:
  FramePool* home_ = nullptr;
  Frame* first_ = nullptr;
  Frame* last_ = nullptr;
};

// What a chunk holds of its source, when the chunk itself died. [any]
void release_sources(Frame& frame);

// For one reference at a time, on any thread.
void release_frame(Frame& frame);

}  // namespace sluice::engine
