// Frames that an answer carries: one reference each, from the answer until it was read.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "engine/dead_frames.hpp"
#include "engine/frame.hpp"

namespace sluice::services {

using FramesView = std::span<const sluice_frame* const>;

class FrameList {
 public:
  FrameList() = default;
  // Whoever gives them holds them meanwhile.
  explicit FrameList(FramesView frames) : frames_(frames.begin(), frames.end()) {
    for (const sluice_frame* frame : frames_)
      engine::Frame::of(frame)->refs.fetch_add(1, std::memory_order_relaxed);
  }
  FrameList(FrameList&& other) noexcept : frames_(std::exchange(other.frames_, {})) {}
  FrameList& operator=(FrameList&& other) noexcept {
    std::swap(frames_, other.frames_);
    return *this;
  }
  ~FrameList() {
    for (const sluice_frame* frame : frames_) engine::release_frame(*engine::Frame::of(frame));
  }

  FramesView view() const { return frames_; }
  std::size_t size() const { return frames_.size(); }

 private:
  std::vector<const sluice_frame*> frames_;
};

}  // namespace sluice::services
