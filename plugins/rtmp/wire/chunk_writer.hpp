// Cuts messages into chunks ("RTMP 1.0" 5.3) without copying their payload.
//
// Every message begins with a fmt 0 header, so its bytes depend on nothing that was sent before: made once,
// they serve every player with the same chunk size. That costs 4 to 8 bytes a message against fmt 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "wire/message.hpp"

namespace sluice::rtmp {

struct MessageHeader {
  uint32_t chunk_stream_id = 0;  // 2 to 65599; 2 is for protocol control
  uint32_t timestamp = 0;        // milliseconds, absolute
  uint8_t type = 0;
  uint32_t stream_id = 0;  // 1 for media, 0 for control and connection commands
};

// One message as a gather list. Immutable once made; movable, the slices stay valid.
class ChunkedMessage {
 public:
  // `prefix` (the tag header of a frame) is copied, `body` is referred to and must outlive this. Together
  // they are at most max_message_length bytes; chunk_size is at least 128 and `prefix` shorter than that.
  ChunkedMessage(const MessageHeader& header, std::span<const uint8_t> prefix, std::span<const uint8_t> body,
                 uint32_t chunk_size);
  ChunkedMessage(ChunkedMessage&&) = default;
  ChunkedMessage& operator=(ChunkedMessage&&) = default;

  // header and prefix | body up to the chunk size | fmt 3 header | body | ...
  std::span<const std::span<const uint8_t>> slices() const { return slices_; }
  size_t size() const { return size_; }

 private:
  std::vector<uint8_t> headers_;
  std::vector<std::span<const uint8_t>> slices_;
  size_t size_ = 0;
};

// The same in the caller's own vectors, for those that keep their room: header bytes are appended to
// `headers` and slices to `slices`, those of headers pointing into `headers`. Both must be empty.
void chunk_message(const MessageHeader& header, std::span<const uint8_t> prefix,
                   std::span<const uint8_t> body, uint32_t chunk_size, std::vector<uint8_t>& headers,
                   std::vector<std::span<const uint8_t>>& slices);

// Appends the same bytes to `out`, payload copied: for commands and whatever is small.
void append_message(std::vector<uint8_t>& out, const MessageHeader& header, std::span<const uint8_t> payload,
                    uint32_t chunk_size);

}  // namespace sluice::rtmp
