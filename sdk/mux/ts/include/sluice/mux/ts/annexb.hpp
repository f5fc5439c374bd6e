// Byte streams of NAL units (Annex B of H.264 and H.265) to length-prefixed ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sluice::mux::ts {

// Walks the NAL units between start codes, without the zero bytes around them; empty ones are left out.
class AnnexBWalk {
 public:
  explicit AnnexBWalk(std::span<const uint8_t> stream);
  std::optional<std::span<const uint8_t>> next();
  // Bytes in front of the first start code that are not zero.
  size_t stray() const { return stray_; }

 private:
  std::span<const uint8_t> left_;  // behind a start code
  size_t stray_ = 0;
};

void append_length_prefixed(std::vector<uint8_t>& to, std::span<const uint8_t> nal);

}  // namespace sluice::mux::ts
