// A frame of the kit's own making, for interfaces that take frames without an engine.
#pragma once

#include <sluice/abi/frame.h>

#include <cstdint>
#include <vector>

namespace sluice::kit {

// One frame in memory of its own, its payload in as many spans as were given.
class MadeFrame {
 public:
  MadeFrame(const sluice_track& track, std::vector<std::vector<std::uint8_t>> spans, std::int64_t dts = 0,
            std::uint32_t flags = SLUICE_FRAME_KEY);
  MadeFrame(const MadeFrame&) = delete;
  MadeFrame& operator=(const MadeFrame&) = delete;
  const sluice_frame& view() const { return view_; }

 private:
  std::vector<std::vector<std::uint8_t>> bytes_;
  std::vector<sluice_span> spans_;
  sluice_frame view_{};
};

}  // namespace sluice::kit
