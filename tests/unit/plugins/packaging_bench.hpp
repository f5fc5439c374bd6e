// A packaging session without a host: what it writes is recorded.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <sluice/packager.hpp>

namespace sluice::test {

// One frame with memory of its own; it stays where it is.
struct OwnFrame {
  OwnFrame(const sluice_track& track, std::vector<std::uint8_t> payload, std::int64_t dts, std::int64_t pts,
           std::uint32_t flags)
      : bytes(std::move(payload)), span{bytes.data(), bytes.size()} {
    view.struct_size = sizeof view;
    view.flags = flags;
    view.dts = dts;
    view.pts = pts;
    view.capture_wall = SLUICE_TIME_NONE;
    view.track = &track;
    view.bytes = bytes.size();
    view.spans = &span;
    view.span_count = 1;
  }
  OwnFrame(const OwnFrame&) = delete;
  OwnFrame& operator=(const OwnFrame&) = delete;

  std::vector<std::uint8_t> bytes;
  sluice_span span;
  sluice_frame view{};
};

struct RecordedChunk {
  sluice_chunk_facts facts{};
  std::vector<std::uint8_t> bytes;
  std::size_t copied = 0;  // of them; the others are slices of frames
};

template <class Session>
class PackagingBench {
 public:
  template <class... Arguments>
  explicit PackagingBench(Arguments&&... arguments) : session(std::forward<Arguments>(arguments)...) {}
  PackagingBench(const PackagingBench&) = delete;
  PackagingBench& operator=(const PackagingBench&) = delete;
  virtual ~PackagingBench() = default;

  void tracks(const std::vector<const sluice_track*>& list) {
    run([&](ChunkWriter& out) { session.tracks(list, out); });
  }
  void frame(const sluice_frame& frame) {
    run([&](ChunkWriter& out) { session.frame(frame, out); });
  }
  void flush() {
    run([&](ChunkWriter& out) { session.flush(out); });
  }

  std::vector<std::uint8_t> all_bytes() const {
    std::vector<std::uint8_t> all;
    for (const RecordedChunk& chunk : chunks) all.insert(all.end(), chunk.bytes.begin(), chunk.bytes.end());
    return all;
  }
  // What a viewer gets who begins with this chunk: the newest init chunk before it, and no other after.
  std::vector<std::uint8_t> body_from(std::size_t first) const {
    std::vector<std::uint8_t> body;
    for (std::size_t i = 0; i < first; ++i)
      if (chunks[i].facts.flags & SLUICE_CHUNK_INIT) body = chunks[i].bytes;
    for (std::size_t i = first; i < chunks.size(); ++i)
      if (!(chunks[i].facts.flags & SLUICE_CHUNK_INIT))
        body.insert(body.end(), chunks[i].bytes.begin(), chunks[i].bytes.end());
    return body;
  }

  // Something was appended since the last end of a chunk.
  bool is_amid_chunk() const { return !pending_.bytes.empty(); }

  std::vector<RecordedChunk> chunks;
  Session session;

 protected:
  // Whether the session may still point into this frame.
  virtual bool may_slice(const sluice_frame&) const { return true; }

 private:
  template <class Call>
  void run(Call&& call) {
    pending_ = {};
    const sluice_chunk_writer writer{sizeof writer, 0, this, &append_bytes, &append_slice, &end_chunk};
    ChunkWriter out(&writer);
    call(out);
    if (is_amid_chunk()) throw std::logic_error("a chunk was begun and not ended");
  }
  static sluice_status append_bytes(void* self, const std::uint8_t* bytes, std::uint64_t size) {
    RecordedChunk& pending = static_cast<PackagingBench*>(self)->pending_;
    pending.bytes.insert(pending.bytes.end(), bytes, bytes + size);
    pending.copied += size;
    return SLUICE_STATUS_OK;
  }
  static sluice_status append_slice(void* self, const sluice_frame* frame, std::uint64_t offset,
                                    std::uint64_t size) {
    auto& bench = *static_cast<PackagingBench*>(self);
    if (!bench.may_slice(*frame) || offset != 0 || size != frame->bytes) return SLUICE_STATUS_ARGUMENT;
    auto& bytes = bench.pending_.bytes;
    for (std::uint32_t i = 0; i < frame->span_count; ++i)
      bytes.insert(bytes.end(), frame->spans[i].data, frame->spans[i].data + frame->spans[i].size);
    return SLUICE_STATUS_OK;
  }
  static sluice_status end_chunk(void* self, const sluice_chunk_facts* facts) {
    auto& bench = *static_cast<PackagingBench*>(self);
    bench.pending_.facts = *facts;
    bench.chunks.push_back(std::exchange(bench.pending_, {}));
    return SLUICE_STATUS_OK;
  }

  RecordedChunk pending_;
};

}  // namespace sluice::test
