// Finds transport packets in bytes that come in arbitrary pieces: 188 bytes each, or with 4 bytes before
// (M2TS, 192) or 16 behind (Reed-Solomon, 204). In sync after 5 sync bytes at one stride, out of it after 2
// bad ones in a row (ETSI TR 101 290 5.2.1, indicator 1.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sluice/mux/ts/packet.hpp"

namespace sluice::mux::ts {

class PacketSync {
 public:
  using Give = std::function<void(std::span<const uint8_t, packet_size>)>;

  // Holds less than 5 strides between calls.
  void feed(std::span<const uint8_t> bytes, const Give& give);
  // Nothing more comes: a stream of fewer than 5 packets is given as far as it keeps one stride.
  void finish(const Give& give);

  bool in_sync() const { return stride_ != 0; }
  size_t stride() const { return stride_; }
  uint64_t losses() const { return losses_; }    // of sync, once found
  uint64_t skipped() const { return skipped_; }  // bytes that were in no packet
  uint64_t bad() const { return bad_; }          // packets without sync byte, while in sync

 private:
  size_t consume(std::span<const uint8_t> bytes, const Give& give, size_t packets_needed);
  bool find(std::span<const uint8_t> bytes, size_t& at, size_t packets_needed);

  std::vector<uint8_t> held_;
  size_t stride_ = 0;  // 0: not in sync
  size_t gap_ = 0;     // bytes between the last packet and the next that have not come yet
  unsigned bad_in_a_row_ = 0;
  uint64_t losses_ = 0, skipped_ = 0, bad_ = 0;
};

}  // namespace sluice::mux::ts
