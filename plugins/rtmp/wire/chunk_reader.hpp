// Puts messages together from chunks ("RTMP 1.0" 5.3), resumable at any byte.
//
//   basic header 1-3 | message header 11, 7, 3 or 0 (fmt 0-3) | extended timestamp 0 or 4 | up to chunk size
//   bytes
//
// SetChunkSize and Abort are obeyed here and not handed out, because the bytes after them depend on it.
// A message that lies whole within one fed span is handed out where it lies; others are copied once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/wire/byte_reader.hpp"
#include "wire/error.hpp"
#include "wire/message.hpp"

namespace sluice::rtmp {

struct ChunkLimits {
  // Below this a peer buys our time with few bytes. 1 accepts whatever the standard does.
  uint32_t min_chunk_size = 128;
  uint32_t max_message = 8u << 20;
  // Of the announced lengths of unfinished messages, all chunk streams together.
  uint32_t max_in_flight = 16u << 20;
  size_t max_chunk_streams = 64;
};

class ChunkReader {
 public:
  explicit ChunkReader(const ChunkLimits& limits = {}) : limits_(limits) {}

  // Gives the next bytes, which must stay where they are until poll() returned nothing. Everything fed before
  // must have been drained so.
  void feed(std::span<const uint8_t> in);

  // The next message, or nothing when more bytes are needed. Its payload is valid until the next poll().
  // Memory held grows with bytes received, never with lengths announced. An error is final: the connection
  // must close. Fails with the codes up to Errc::message_changed_midway.
  Result<std::optional<Message>> poll();

  uint32_t chunk_size() const { return chunk_size_; }
  uint64_t ignored_aborts() const { return ignored_aborts_; }

 private:
  struct ChunkStream {
    uint32_t id = 0;
    uint32_t timestamp = 0;
    uint32_t timestamp_field = 0;  // as last written out: absolute after fmt 0, else a difference
    uint32_t length = 0;
    uint32_t stream_id = 0;
    uint8_t type = 0;
    bool absolute = false;  // timestamp_field came with fmt 0
    bool extended = false;  // and stood in an extended timestamp
    bool in_message = false;
    std::vector<uint8_t> partial;
  };
  struct Header;  // one chunk header, taken apart

  enum class Stage { header, payload };
  // Whether fmt 3 chunks repeat an extended timestamp. The standard says yes, some encoders do not.
  enum class Dialect { unknown, repeats, omits };

  std::span<const uint8_t> source() const;
  void consume(size_t count);
  Result<std::optional<Message>> advance();
  size_t header_size() const;
  bool collect_header();
  Result<void> apply_header();
  Result<ChunkStream*> open_stream(uint32_t id, unsigned format);
  Header read_message_header(wire::ByteReader& in, unsigned format, const ChunkStream& stream);
  Result<void> begin_message(ChunkStream& stream, const Header& header);
  void advance_timestamp(ChunkStream& stream, const Header& header);
  bool settle_dialect(const ChunkStream& stream, uint32_t value);
  std::optional<Message> collect_payload();
  Message finish(ChunkStream& stream, std::span<const uint8_t> payload);
  Result<void> set_chunk_size(std::span<const uint8_t> payload);
  void abort(std::span<const uint8_t> payload);
  ChunkStream* find(uint32_t id);
  const ChunkStream* find(uint32_t id) const;

  ChunkLimits limits_;
  uint32_t chunk_size_ = 128;
  Stage stage_ = Stage::header;
  Dialect dialect_ = Dialect::unknown;
  std::optional<error_code> failed_;

  std::span<const uint8_t> input_;
  std::array<uint8_t, 18> header_{};  // 3 + 11 + 4
  size_t header_length_ = 0;
  std::array<uint8_t, 4> replay_{};  // bytes taken for an extended timestamp that were payload
  size_t replay_at_ = 4;

  std::vector<ChunkStream> streams_;
  size_t current_ = 0;  // the stream the chunk at hand belongs to
  size_t chunk_left_ = 0;
  uint64_t in_flight_ = 0;
  std::vector<uint8_t> finished_;  // owns the payload handed out last, if it was copied
  uint64_t ignored_aborts_ = 0;
};

}  // namespace sluice::rtmp
