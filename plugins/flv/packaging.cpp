#include "flv/packaging.hpp"

#include <string>
#include <utility>

namespace sluice::flv {
namespace {

// For a refusal.
std::string name_codecs(std::span<const sluice_track* const> tracks) {
  std::string names;
  for (const sluice_track* track : tracks) {
    if (!names.empty()) names += ", ";
    for (int i = 0; i < 4; ++i) {
      const char letter = static_cast<char>(track->codec >> (8 * i));
      names += letter >= ' ' && letter <= '~' ? letter : '?';
    }
    if (track->config.size == 0) names += " without configuration";
  }
  return names.empty() ? "no track" : names;
}

mux::flv::MuxedFrame muxed(const sluice_frame& frame) {
  return {frame.track->id,
          frame.bytes,
          {frame.dts, frame.pts, (frame.flags & SLUICE_FRAME_KEY) != 0,
           (frame.flags & SLUICE_FRAME_DISPOSABLE) != 0}};
}

}  // namespace

void Packaging::tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) {
  if (!muxer_.set_tracks(tracks)) {
    throw Error(SLUICE_STATUS_MEDIA,
                "FLV carries H.264, H.265, AV1, VP9, AAC, MP3, Opus and AC-3; this stream has " +
                    name_codecs(tracks));
  }
  auto beginning = muxer_.beginning();
  if (beginning == beginning_) return;  // a change of a track that is not carried
  std::vector<std::uint8_t> headers;
  muxer_.append_sequence_headers(0, headers);
  if (!beginning_.empty() && headers != sequence_headers_) headers_due_ = have_changed_ = true;
  beginning_ = std::move(beginning);
  sequence_headers_ = std::move(headers);
  out.bytes(beginning_);
  out.end(init_facts(SLUICE_CHUNK_QUIET));
}

void Packaging::frame(const sluice_frame& frame, ChunkWriter& out) {
  if (beginning_.empty()) throw Error(SLUICE_STATUS_STATE, "FLV: a frame before any tracks");
  if (!muxer_.carries(frame.track->id)) return;
  const auto tag = muxer_.wrap(muxed(frame));
  if (!tag) throw Error(SLUICE_STATUS_MEDIA, "FLV: a frame is refused: " + tag.error().message());
  const std::uint32_t flags = flags_of(frame);
  before_.clear();
  const bool begins = have_changed_ && (flags & SLUICE_CHUNK_KEY) != 0;
  if (std::exchange(headers_due_, false) || begins) muxer_.append_sequence_headers(frame.dts, before_);
  before_.insert(before_.end(), tag->head().begin(), tag->head().end());
  out.bytes(before_);
  out.payload(frame);
  out.bytes(tag->tail());
  out.end(chunk_facts(frame, flags));
}

std::uint32_t Packaging::flags_of(const sluice_frame& frame) const {
  const bool begins = !muxer_.has_video() ||
                      (frame.track->kind == SLUICE_TRACK_VIDEO && (frame.flags & SLUICE_FRAME_KEY) != 0);
  return begins ? SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT : 0u;
}

// FLV's MIME type has no parameter for codecs.
void Packaging::describe(sluice_packager_description& out) const {
  if (beginning_.empty()) throw Error(SLUICE_STATUS_STATE, "no tracks yet");
  put_text(out.mime, "video/x-flv");
}

}  // namespace sluice::flv
