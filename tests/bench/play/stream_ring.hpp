// The floor server's one shared buffer: the stream's chunk bytes by absolute position, of which the last ones
// are kept.
//
//          key frame                head
//   ........[===== GOP so far ======]........     a player is nothing but a position in it
#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sluice::bench {

class StreamRing {
 public:
  static constexpr std::uint64_t capacity = 8U << 20;  // about a minute of 1 Mbit/s

  void append(std::span<const std::uint8_t> bytes, bool key) {
    if (key) key_ = head_;
    while (!bytes.empty()) {
      const std::uint64_t at = head_ % capacity;
      const std::size_t part = std::min<std::size_t>(bytes.size(), capacity - at);
      std::memcpy(bytes_.data() + at, bytes.data(), part);
      head_ += part;
      bytes = bytes.subspan(part);
    }
  }

  std::uint64_t head() const { return head_; }
  std::uint64_t last_key() const { return key_; }
  bool still_holds(std::uint64_t position) const { return head_ - position <= capacity; }

  // [from, to) as one or two pieces; returns how many.
  int pieces(std::uint64_t from, std::uint64_t to, std::array<iovec, 2>& out) {
    const std::uint64_t at = from % capacity;
    const std::uint64_t first = std::min(to - from, capacity - at);
    out[0] = {bytes_.data() + at, first};
    out[1] = {bytes_.data(), to - from - first};
    return out[1].iov_len > 0 ? 2 : 1;
  }

 private:
  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(capacity);
  std::uint64_t head_ = 0;
  std::uint64_t key_ = 0;
};

}  // namespace sluice::bench
