// What a packager writes in one call, as sluice_chunk_writer: recorded here with a reference to every frame
// it is made of, and bound into frames of the packaging afterwards. Keeps the bounds of packager.h.
#pragma once

#include <sluice/abi/packager.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/frame.hpp"

namespace sluice::engine {

struct Chunk {
  struct Piece {
    const std::uint8_t* data = nullptr;  // null: the next `size` of the copied bytes
    std::uint64_t size = 0;
  };

  sluice_chunk_facts facts{};
  std::vector<Piece> pieces;
  std::vector<std::uint8_t> copied;
  std::vector<Frame*> sources;  // one reference each
  std::uint64_t bytes = 0;

  bool is_init() const { return (facts.flags & SLUICE_CHUNK_INIT) != 0; }
  bool is_quiet() const { return (facts.flags & SLUICE_CHUNK_QUIET) != 0; }
  // All bytes in turn.
  std::vector<std::uint8_t> joined() const;
};

class ChunkWriter {
 public:
  ChunkWriter();
  ~ChunkWriter();
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  // Forgets what was written before. `in_tracks`: an init chunk may come.
  const sluice_chunk_writer* begin(bool in_tracks);
  // Those that were ended. Their references are the writer's until bind_chunk takes them.
  std::span<Chunk> chunks() { return {chunks_.data(), ended_}; }
  // Something was refused, or a chunk was begun and not ended.
  bool is_clean() const { return failed_ == SLUICE_STATUS_OK && !pending_; }

 private:
  Chunk& open();
  sluice_status append_bytes(const std::uint8_t* bytes, std::uint64_t size);
  sluice_status append_slice(const sluice_frame* frame, std::uint64_t offset, std::uint64_t size);
  sluice_status end_chunk(const sluice_chunk_facts* facts);
  bool has_room(const Chunk& chunk, std::uint64_t size, std::size_t pieces) const;
  sluice_status fail(sluice_status status);
  static void forget(Chunk& chunk);

  sluice_chunk_writer table_{};
  std::vector<Chunk> chunks_;  // reused from call to call: the first ended_ count, the next is being written
  std::size_t ended_ = 0;
  bool pending_ = false;
  bool in_tracks_ = false;
  sluice_status failed_ = SLUICE_STATUS_OK;
};

// Payload bytes a frame needs to hold this chunk: its spans, the list of its sources, what was copied.
std::uint64_t bound_size(const Chunk& chunk);
// Fills payload, spans, size and sources of a frame whose capacity is at least that. The references go over.
void bind_chunk(Chunk& chunk, Frame& frame);

}  // namespace sluice::engine
