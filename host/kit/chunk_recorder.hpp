// The writer of sluice.packager/1 as the host gives it to a packager: records what one call writes.
#pragma once

#include <sluice/abi/packager.h>

#include <cstdint>
#include <map>
#include <vector>

namespace sluice::kit {

struct Chunk {
  sluice_chunk_facts facts{};
  std::vector<std::uint8_t> bytes;
  std::size_t pieces = 0;
  std::size_t copied = 0;  // bytes that did not come as slices
};

// Records what one call writes and keeps the bounds of packager.h.
class ChunkRecorder {
 public:
  // `held`: frames the provider has retained, beside `current` (null: none) the ones it may slice.
  ChunkRecorder(bool in_tracks, const sluice_frame* current, const std::map<const sluice_frame*, int>& held);
  ChunkRecorder(const ChunkRecorder&) = delete;
  ChunkRecorder& operator=(const ChunkRecorder&) = delete;

  const sluice_chunk_writer* writer() const { return &writer_; }
  std::vector<Chunk>& chunks() { return chunks_; }
  // A chunk was begun and not ended, or something was refused.
  bool is_clean() const { return failed_ == SLUICE_STATUS_OK && pending_.pieces == 0; }

 private:
  sluice_status append_bytes(const std::uint8_t* bytes, std::uint64_t size);
  sluice_status append_slice(const sluice_frame* frame, std::uint64_t offset, std::uint64_t size);
  sluice_status end_chunk(const sluice_chunk_facts* facts);
  sluice_status room_for(std::uint64_t size, bool new_piece);
  sluice_status fail(sluice_status status);

  bool in_tracks_;
  const sluice_frame* current_;
  const std::map<const sluice_frame*, int>& held_;
  sluice_chunk_writer writer_{};
  std::vector<Chunk> chunks_;
  Chunk pending_;
  bool last_was_copied_ = false;
  sluice_status failed_ = SLUICE_STATUS_OK;
};

}  // namespace sluice::kit
