#include "kit/chunk_recorder.hpp"

#include <algorithm>
#include <utility>

namespace sluice::kit {

ChunkRecorder::ChunkRecorder(bool in_tracks, const sluice_frame* current,
                             const std::map<const sluice_frame*, int>& held)
    : in_tracks_(in_tracks), current_(current), held_(held) {
  writer_.struct_size = sizeof writer_;
  writer_.self = this;
  writer_.append_bytes = [](void* self, const std::uint8_t* bytes, std::uint64_t size) {
    return static_cast<ChunkRecorder*>(self)->append_bytes(bytes, size);
  };
  writer_.append_slice = [](void* self, const sluice_frame* frame, std::uint64_t offset, std::uint64_t size) {
    return static_cast<ChunkRecorder*>(self)->append_slice(frame, offset, size);
  };
  writer_.end_chunk = [](void* self, const sluice_chunk_facts* facts) {
    return static_cast<ChunkRecorder*>(self)->end_chunk(facts);
  };
}

sluice_status ChunkRecorder::fail(sluice_status status) {
  if (failed_ == SLUICE_STATUS_OK) failed_ = status;
  return failed_;
}

sluice_status ChunkRecorder::room_for(std::uint64_t size, bool new_piece) {
  if (failed_ != SLUICE_STATUS_OK) return failed_;
  if (size > SLUICE_CHUNK_BYTES_LIMIT - pending_.bytes.size()) return fail(SLUICE_STATUS_LIMIT);
  if (new_piece && pending_.pieces == SLUICE_CHUNK_PIECES_LIMIT) return fail(SLUICE_STATUS_LIMIT);
  if (new_piece) ++pending_.pieces;
  return SLUICE_STATUS_OK;
}

sluice_status ChunkRecorder::append_bytes(const std::uint8_t* bytes, std::uint64_t size) {
  if (failed_ == SLUICE_STATUS_OK && size > 0 && !bytes) return fail(SLUICE_STATUS_ARGUMENT);
  const sluice_status status = room_for(size, !last_was_copied_);
  if (status != SLUICE_STATUS_OK) return status;
  pending_.bytes.insert(pending_.bytes.end(), bytes, bytes + size);
  pending_.copied += size;
  last_was_copied_ = true;
  return SLUICE_STATUS_OK;
}

sluice_status ChunkRecorder::append_slice(const sluice_frame* frame, std::uint64_t offset,
                                          std::uint64_t size) {
  const auto held = held_.find(frame);
  const bool known = frame && (frame == current_ || (held != held_.end() && held->second > 0));
  if (failed_ == SLUICE_STATUS_OK && (!known || offset > frame->bytes || size > frame->bytes - offset))
    return fail(SLUICE_STATUS_ARGUMENT);
  const sluice_status status = room_for(size, true);
  if (status != SLUICE_STATUS_OK) return status;
  last_was_copied_ = false;
  for (std::uint32_t i = 0; i < frame->span_count && size > 0; ++i) {
    const sluice_span& span = frame->spans[i];
    if (offset >= span.size) {
      offset -= span.size;
      continue;
    }
    const std::uint64_t here = std::min(size, span.size - offset);
    pending_.bytes.insert(pending_.bytes.end(), span.data + offset, span.data + offset + here);
    size -= here;
    offset = 0;
  }
  return SLUICE_STATUS_OK;
}

sluice_status ChunkRecorder::end_chunk(const sluice_chunk_facts* facts) {
  if (failed_ != SLUICE_STATUS_OK) return failed_;
  if (!facts || facts->struct_size < sizeof *facts || pending_.bytes.empty())
    return fail(SLUICE_STATUS_ARGUMENT);
  const bool init = (facts->flags & SLUICE_CHUNK_INIT) != 0;
  if (init && !in_tracks_) return fail(SLUICE_STATUS_ARGUMENT);
  if (!init && (facts->flags & SLUICE_CHUNK_QUIET) != 0) return fail(SLUICE_STATUS_ARGUMENT);
  if (chunks_.size() == SLUICE_CHUNK_COUNT_LIMIT) return fail(SLUICE_STATUS_LIMIT);
  pending_.facts = *facts;
  chunks_.push_back(std::exchange(pending_, {}));
  last_was_copied_ = false;
  return SLUICE_STATUS_OK;
}

}  // namespace sluice::kit
