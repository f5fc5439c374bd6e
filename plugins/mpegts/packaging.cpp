#include "packaging.hpp"

#include <sluice/media/codec_string.hpp>
#include <string>

namespace sluice::mpegts {
namespace {

mux::ts::Track track_of(const sluice_track& track) {
  mux::ts::Track out;
  out.id = track.id;
  out.kind = static_cast<mux::ts::Kind>(track.kind);
  out.codec = track.codec;
  out.config.assign(track.config.data, track.config.data + track.config.size);
  out.language = from_abi(track.language);
  out.sample_rate = track.sample_rate;
  out.channels = track.channels;
  return out;
}

// Data has no name a player would know.
void add_codec(std::string& list, const mux::ts::Track& track) {
  if (track.kind == mux::ts::Kind::data) return;
  const auto name = media::codec_string(track.codec, track.config);
  if (!name || ("," + list + ",").find("," + *name + ",") != std::string::npos) return;
  if (!list.empty()) list += ',';
  list += *name;
}

// For a refusal.
std::string name_codecs(std::span<const mux::ts::Track> tracks) {
  std::string names;
  for (const auto& track : tracks) {
    const auto name = media::codec_string(track.codec, track.config);
    names += (names.empty() ? "" : ", ") + (name ? *name : "one whose configuration is broken");
  }
  return names.empty() ? "no track" : names;
}

}  // namespace

void Packaging::tracks(std::span<const sluice_track* const> tracks, ChunkWriter&) {
  std::vector<mux::ts::Track> offered;
  for (const sluice_track* track : tracks) offered.push_back(track_of(*track));
  if (!muxer_.set_tracks(offered)) {
    throw Error(SLUICE_STATUS_MEDIA,
                "MPEG-TS carries H.264, H.265, AAC, MP3, Opus, AC-3 and data; this stream has " +
                    name_codecs(offered));
  }
  codecs_.clear();
  for (const auto& track : offered)
    if (muxer_.carries(track.id)) add_codec(codecs_, track);
}

std::span<const std::uint8_t> Packaging::payload_of(const sluice_frame& frame) {
  if (frame.span_count == 1) return {frame.spans[0].data, frame.spans[0].size};
  gathered_.clear();
  for (std::uint32_t i = 0; i < frame.span_count; ++i)
    gathered_.insert(gathered_.end(), frame.spans[i].data, frame.spans[i].data + frame.spans[i].size);
  return gathered_;
}

std::uint32_t Packaging::flags_of(const sluice_frame& frame, const mux::ts::Written& written) const {
  // Without a picture every frame can be decoded by itself; a viewer begins where the tables are.
  if (!muxer_.has_video()) return SLUICE_CHUNK_INDEPENDENT | (written.tables ? SLUICE_CHUNK_KEY : 0u);
  const bool is_start = frame.track->kind == SLUICE_TRACK_VIDEO && written.key && written.tables;
  return is_start ? SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT : 0u;
}

void Packaging::frame(const sluice_frame& frame, ChunkWriter& out) {
  if (!muxer_.carries(frame.track->id)) return;
  if (mark_ && mark_->segment != frame.segment) muxer_.begin_segment();
  mux::ts::Frame unit;
  unit.track = frame.track->id;
  unit.key = frame.flags & SLUICE_FRAME_KEY;
  unit.discontinuity = mark_ && mark_->discontinuity != frame.discontinuity;
  unit.dts = frame.dts;
  unit.pts = frame.pts;
  unit.payload = payload_of(frame);
  packets_.clear();
  const auto written = muxer_.write(unit, packets_);
  if (!written) throw Error(SLUICE_STATUS_MEDIA, "MPEG-TS: a frame is " + written.error().message());
  mark_ = {frame.segment, frame.discontinuity};
  out.bytes(packets_);
  out.end(chunk_facts(frame, flags_of(frame, *written)));
}

void Packaging::flush(ChunkWriter&) { muxer_.begin_segment(); }

void Packaging::describe(sluice_packager_description& out) const {
  if (!muxer_.has_tracks()) throw Error(SLUICE_STATUS_STATE, "no tracks yet");
  put_text(out.mime, "video/mp2t");
  put_text(out.codecs, codecs_);
}

}  // namespace sluice::mpegts
