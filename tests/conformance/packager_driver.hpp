// The host's side of sluice.packager/1 without an engine: loads a packager, feeds it frames, collects its
// chunks and counts the references it holds. Everything on the calling thread.
#pragma once

#include <sluice/abi/sluice.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice::conformance {

// One frame in memory of its own, its payload in as many spans as were given.
class TestFrame {
 public:
  TestFrame(const sluice_track& track, std::vector<std::vector<std::uint8_t>> spans, std::int64_t dts = 0,
            std::uint32_t flags = SLUICE_FRAME_KEY);
  TestFrame(const TestFrame&) = delete;
  TestFrame& operator=(const TestFrame&) = delete;
  const sluice_frame& view() const { return view_; }

 private:
  std::vector<std::vector<std::uint8_t>> bytes_;
  std::vector<sluice_span> spans_;
  sluice_frame view_{};
};

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

class PackagerDriver {
 public:
  // Enters and configures the module; fails the test where it does not provide sluice.packager/1.
  explicit PackagerDriver(const std::filesystem::path& library, const std::string& config = "{}");
  ~PackagerDriver();
  PackagerDriver(const PackagerDriver&) = delete;
  PackagerDriver& operator=(const PackagerDriver&) = delete;

  sluice_status open(std::string_view format, std::string_view parameters = "{}");
  // Chunks go to `chunks`. A call that leaves a chunk unfinished counts as failed: PROTOCOL.
  sluice_status tracks(const std::vector<const sluice_track*>& tracks);
  sluice_status frame(const TestFrame& frame);
  sluice_status flush();
  sluice_status describe(sluice_packager_description& out);
  void close();

  std::vector<Chunk> chunks;
  sluice_err err{};
  // References the provider has not given back.
  int held() const;

 private:
  struct Seat;
  template <class Call>
  sluice_status recorded(bool in_tracks, const sluice_frame* current, Call&& call);

  void* library_ = nullptr;
  std::unique_ptr<Seat> seat_;
  const sluice_module_life* life_ = nullptr;
  void* module_ = nullptr;
  sluice_interface found_{};
  const sluice_packager* packager_ = nullptr;
  sluice_packager_session* session_ = nullptr;
};

}  // namespace sluice::conformance
