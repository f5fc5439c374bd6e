#include "engine/chunk_writer.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "engine/dead_frames.hpp"

namespace sluice::engine {

std::vector<std::uint8_t> Chunk::joined() const {
  std::vector<std::uint8_t> all;
  all.reserve(bytes);
  const std::uint8_t* next = copied.data();
  for (const Piece& piece : pieces) {
    const std::uint8_t* const from = piece.data != nullptr ? piece.data : next;
    all.insert(all.end(), from, from + piece.size);
    if (piece.data == nullptr) next += piece.size;
  }
  return all;
}

ChunkWriter::ChunkWriter() {
  table_.struct_size = sizeof table_;
  table_.self = this;
  table_.append_bytes = [](void* self, const std::uint8_t* bytes, std::uint64_t size) {
    return static_cast<ChunkWriter*>(self)->append_bytes(bytes, size);
  };
  table_.append_slice = [](void* self, const sluice_frame* frame, std::uint64_t offset, std::uint64_t size) {
    return static_cast<ChunkWriter*>(self)->append_slice(frame, offset, size);
  };
  table_.end_chunk = [](void* self, const sluice_chunk_facts* facts) {
    return static_cast<ChunkWriter*>(self)->end_chunk(facts);
  };
}

ChunkWriter::~ChunkWriter() { begin(false); }

const sluice_chunk_writer* ChunkWriter::begin(bool in_tracks) {
  for (Chunk& chunk : chunks_) forget(chunk);
  ended_ = 0;
  pending_ = false;
  in_tracks_ = in_tracks;
  failed_ = SLUICE_STATUS_OK;
  return &table_;
}

void ChunkWriter::forget(Chunk& chunk) {
  for (Frame* const source : chunk.sources) release_frame(*source);
  chunk.sources.clear();
  chunk.pieces.clear();
  chunk.copied.clear();
  chunk.bytes = 0;
}

Chunk& ChunkWriter::open() {
  if (ended_ == chunks_.size()) chunks_.emplace_back();
  return chunks_[ended_];
}

sluice_status ChunkWriter::fail(sluice_status status) {
  if (failed_ == SLUICE_STATUS_OK) failed_ = status;
  return failed_;
}

bool ChunkWriter::has_room(const Chunk& chunk, std::uint64_t size, std::size_t pieces) const {
  return size <= SLUICE_CHUNK_BYTES_LIMIT - chunk.bytes &&
         pieces <= SLUICE_CHUNK_PIECES_LIMIT - chunk.pieces.size();
}

sluice_status ChunkWriter::append_bytes(const std::uint8_t* bytes, std::uint64_t size) {
  if (failed_ != SLUICE_STATUS_OK) return failed_;
  if (size > 0 && bytes == nullptr) return fail(SLUICE_STATUS_ARGUMENT);
  if (size == 0) return SLUICE_STATUS_OK;
  Chunk& chunk = open();
  const bool joins = !chunk.pieces.empty() && chunk.pieces.back().data == nullptr;
  if (!has_room(chunk, size, joins ? 0 : 1)) return fail(SLUICE_STATUS_LIMIT);
  chunk.copied.insert(chunk.copied.end(), bytes, bytes + size);
  if (!joins) chunk.pieces.push_back({});
  chunk.pieces.back().size += size;
  chunk.bytes += size;
  pending_ = true;
  return SLUICE_STATUS_OK;
}

sluice_status ChunkWriter::append_slice(const sluice_frame* frame, std::uint64_t offset, std::uint64_t size) {
  if (failed_ != SLUICE_STATUS_OK) return failed_;
  if (frame == nullptr || offset > frame->bytes || size > frame->bytes - offset) {
    return fail(SLUICE_STATUS_ARGUMENT);
  }
  if (size == 0) return SLUICE_STATUS_OK;
  Chunk& chunk = open();
  if (!has_room(chunk, size, frame->span_count)) return fail(SLUICE_STATUS_LIMIT);
  Frame* const source = Frame::of(frame);
  if (chunk.sources.empty() || chunk.sources.back() != source) {
    source->refs.fetch_add(1, std::memory_order_relaxed);  // whoever gave it holds one
    chunk.sources.push_back(source);
  }
  chunk.bytes += size;
  pending_ = true;
  for (std::uint32_t i = 0; i < frame->span_count && size > 0; ++i) {
    const sluice_span& span = frame->spans[i];
    const std::uint64_t here = offset < span.size ? std::min(size, span.size - offset) : 0;
    if (here > 0) chunk.pieces.push_back({span.data + offset, here});
    offset -= std::min(offset, span.size);
    size -= here;
  }
  return SLUICE_STATUS_OK;
}

sluice_status ChunkWriter::end_chunk(const sluice_chunk_facts* facts) {
  if (failed_ != SLUICE_STATUS_OK) return failed_;
  if (facts == nullptr || facts->struct_size < sizeof *facts || !pending_)
    return fail(SLUICE_STATUS_ARGUMENT);
  const bool init = (facts->flags & SLUICE_CHUNK_INIT) != 0;
  if (init && !in_tracks_) return fail(SLUICE_STATUS_ARGUMENT);
  if (!init && (facts->flags & SLUICE_CHUNK_QUIET) != 0) return fail(SLUICE_STATUS_ARGUMENT);
  if (ended_ == SLUICE_CHUNK_COUNT_LIMIT) return fail(SLUICE_STATUS_LIMIT);
  open().facts = *facts;
  ++ended_;
  pending_ = false;
  return SLUICE_STATUS_OK;
}

// ---- into a frame: | spans | sources | copied bytes |

std::uint64_t bound_size(const Chunk& chunk) {
  return chunk.pieces.size() * sizeof(sluice_span) + chunk.sources.size() * sizeof(Frame*) +
         chunk.copied.size();
}

void bind_chunk(Chunk& chunk, Frame& frame) {
  auto* const spans = ::new (static_cast<void*>(frame.payload)) sluice_span[chunk.pieces.size()];
  auto* const sources = reinterpret_cast<Frame**>(spans + chunk.pieces.size());
  auto* copied = reinterpret_cast<std::uint8_t*>(sources + chunk.sources.size());
  if (!chunk.copied.empty()) std::memcpy(copied, chunk.copied.data(), chunk.copied.size());
  for (std::size_t i = 0; i < chunk.pieces.size(); ++i) {
    const Chunk::Piece& piece = chunk.pieces[i];
    spans[i] = {piece.data != nullptr ? piece.data : copied, piece.size};
    if (piece.data == nullptr) copied += piece.size;
  }
  std::uninitialized_copy(chunk.sources.begin(), chunk.sources.end(), sources);
  frame.sources = sources;
  frame.source_count = static_cast<std::uint32_t>(chunk.sources.size());
  chunk.sources.clear();
  frame.view.bytes = chunk.bytes;
  frame.view.spans = spans;
  frame.view.span_count = static_cast<std::uint32_t>(chunk.pieces.size());
}

}  // namespace sluice::engine
