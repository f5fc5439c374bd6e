// Chunk stream to messages (RTMP 1.0, 5.3), fed with whatever a read gave. Timestamps are stepped over:
// nothing here needs them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace sluice::bench {

struct Message {
  std::uint8_t type = 0;
  std::uint32_t message_stream = 0;
  std::vector<std::uint8_t> body;
};

class ChunkParser {
 public:
  // Calls on_message(Message&) for each whole message; false when the bytes cannot be a chunk stream. A sink
  // that returns false ends the walk: the rest is dropped.
  template <class Sink>
  bool feed(std::span<const std::uint8_t> bytes, Sink&& on_message) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::size_t used = 0;
    Message message;
    for (;;) {
      const Step step = take_chunk(std::span(pending_).subspan(used), message);
      if (step.verdict == Verdict::broken) return false;
      if (step.verdict == Verdict::starved) break;
      used += step.bytes;
      if (step.verdict == Verdict::message && !on_message(message)) break;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
    return true;
  }

  void set_chunk_size(std::uint32_t size) { chunk_size_ = size; }

 private:
  enum class Verdict { starved, chunk, message, broken };
  struct Step {
    Verdict verdict;
    std::size_t bytes;
  };
  struct Lane {
    Message message;
    std::size_t size = 0;
    bool extended = false;
  };

  Step take_chunk(std::span<const std::uint8_t> in, Message& whole);

  static constexpr std::size_t max_message = 16U << 20;
  std::uint32_t chunk_size_ = 128;
  std::map<std::uint32_t, Lane> lanes_;
  std::vector<std::uint8_t> pending_;  // never more than one chunk and what one read brought
};

}  // namespace sluice::bench
