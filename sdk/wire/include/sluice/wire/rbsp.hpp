// Takes the emulation prevention bytes out of a NAL unit (ITU-T H.264 7.3.1, H.265 7.3.1.1): 00 00 03 -> 00
// 00.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::wire {

// The result is never longer than `nal`.
inline std::vector<uint8_t> unescape_rbsp(std::span<const uint8_t> nal) {
  std::vector<uint8_t> out;
  out.reserve(nal.size());
  unsigned zeros = 0;
  for (const uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

}  // namespace sluice::wire
