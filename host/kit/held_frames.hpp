// Frames of the kit's own making that a module may retain and release like the host's, and how often it did.
#pragma once

#include <sluice/abi/frame.h>

#include <map>
#include <mutex>

namespace sluice::kit {

class HeldFrames {
 public:
  // [any] From now on the frame is known; it lives as long as this.
  void lend(const sluice_frame& frame);
  // False: not one that was lent, and nothing was counted.
  bool retain(const sluice_frame* frame);
  bool release(const sluice_frame* frame);
  // References that were not given back; below zero: given back too often.
  std::map<const sluice_frame*, int> counts() const;

 private:
  bool count(const sluice_frame* frame, int by);

  mutable std::mutex mutex_;
  std::map<const sluice_frame*, int> counts_;
};

// Of this process: the tables' functions have no other way to it.
HeldFrames& held_frames();

}  // namespace sluice::kit
