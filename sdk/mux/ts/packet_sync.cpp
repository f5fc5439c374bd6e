#include "sluice/mux/ts/packet_sync.hpp"

#include <algorithm>
#include <array>

namespace sluice::mux::ts {
namespace {

constexpr std::array<size_t, 3> strides = {188, 192, 204};
constexpr size_t good_in = 5;
constexpr unsigned bad_out = 2;

enum class Found { no, perhaps, yes };

// Whether packets of this stride begin at `at`, as far as there are bytes.
Found look(std::span<const uint8_t> bytes, size_t at, size_t stride, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (at + i * stride >= bytes.size()) return Found::perhaps;
    if (bytes[at + i * stride] != sync_byte) return Found::no;
  }
  return at + (count - 1) * stride + packet_size <= bytes.size() ? Found::yes : Found::perhaps;
}

}  // namespace

// Moves `at` to the first packet of a stride, or to the first byte that may still become one.
bool PacketSync::find(std::span<const uint8_t> bytes, size_t& at, size_t packets_needed) {
  for (; at < bytes.size(); ++at) {
    if (bytes[at] != sync_byte) continue;
    bool undecided = false;
    for (const size_t stride : strides) {
      const Found found = look(bytes, at, stride, packets_needed);
      undecided |= found == Found::perhaps;
      if (found != Found::yes) continue;
      stride_ = stride;
      bad_in_a_row_ = 0;
      return true;
    }
    if (undecided) return false;
  }
  return false;
}

// How many bytes are done with.
size_t PacketSync::consume(std::span<const uint8_t> bytes, const Give& give, size_t packets_needed) {
  size_t at = 0;
  while (true) {
    const size_t gap = std::min(gap_, bytes.size() - at);
    gap_ -= gap;
    at += gap;
    if (stride_ == 0) {
      const size_t before = at;
      const bool found = find(bytes, at, packets_needed);
      skipped_ += at - before;
      if (!found) return at;
    }
    if (bytes.size() - at < packet_size) return at;
    if (bytes[at] == sync_byte) {
      bad_in_a_row_ = 0;
      give(bytes.subspan(at).first<packet_size>());
    } else {
      ++bad_;
      if (++bad_in_a_row_ >= bad_out) {
        ++losses_;
        stride_ = 0;
        continue;
      }
    }
    at += packet_size;
    gap_ = stride_ - packet_size;
  }
}

void PacketSync::feed(std::span<const uint8_t> bytes, const Give& give) {
  // Whole packets straight from what came, but for the one that was begun before.
  if (held_.empty()) {
    const size_t done = consume(bytes, give, good_in);
    held_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(done), bytes.end());
    return;
  }
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  const size_t done = consume(held_, give, good_in);
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(done));
}

void PacketSync::finish(const Give& give) {
  for (size_t needed = stride_ ? 1 : good_in - 1; needed > 0 && !held_.empty(); --needed) {
    const size_t done = consume(held_, give, needed);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(done));
  }
  skipped_ += held_.size();
  held_.clear();
  stride_ = 0;
}

}  // namespace sluice::mux::ts
