#include "packaging.hpp"

#include <sluice/media/codec_string.hpp>
#include <string>
#include <utility>

namespace sluice::mpegts {
namespace {

// Of sound alone: how much of it waits for one PES packet. Longer, and references would be due between.
constexpr std::int64_t gathered_ns = 100 * mux::ts::milliseconds;
constexpr std::size_t gathered_bytes = 2930;  // sixteen packets

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

void Packaging::tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) {
  put_gathered(out);
  std::vector<mux::ts::Track> offered;
  for (const sluice_track* track : tracks) offered.push_back(track_of(*track));
  if (!muxer_.set_tracks(offered)) {
    throw Error(SLUICE_STATUS_MEDIA,
                "MPEG-TS carries H.264, H.265, AAC, MP3, Opus, AC-3 and data; this stream has " +
                    name_codecs(offered));
  }
  codecs_.clear();
  std::size_t carried = 0;
  for (const auto& track : offered) {
    if (!muxer_.carries(track.id)) continue;
    add_codec(codecs_, track);
    run_ = carried++ == 0 ? mux::ts::SoundRun::of(track) : std::nullopt;
  }
}

std::span<const std::uint8_t> Packaging::payload_of(const sluice_frame& frame) {
  if (frame.span_count == 1) return {frame.spans[0].data, frame.spans[0].size};
  gathered_.clear();
  for (std::uint32_t i = 0; i < frame.span_count; ++i)
    gathered_.insert(gathered_.end(), frame.spans[i].data, frame.spans[i].data + frame.spans[i].size);
  return gathered_;
}

void Packaging::frame(const sluice_frame& frame, ChunkWriter& out) {
  if (!muxer_.carries(frame.track->id)) return;
  if (!continues_with(frame)) put_gathered(out);
  if (mark_ && mark_->segment != frame.segment) muxer_.begin_segment();
  mux::ts::Frame unit;
  unit.track = frame.track->id;
  unit.key = frame.flags & SLUICE_FRAME_KEY;
  unit.discontinuity = mark_ && mark_->discontinuity != frame.discontinuity;
  unit.dts = frame.dts;
  unit.pts = frame.pts;
  if (gathers(frame)) {
    gather(unit, frame, out);
  } else {
    unit.payload = payload_of(frame);
    put({&unit, 1}, frame.track->kind == SLUICE_TRACK_VIDEO, chunk_facts(frame, 0), out);
  }
  mark_ = {frame.segment, frame.discontinuity};
}

bool Packaging::gathers(const sluice_frame& frame) const {
  return run_ && frame.bytes != 0 && frame.bytes <= gathered_bytes && frame.pts == frame.dts;
}

// Whether it may share the packet of those that wait.
bool Packaging::continues_with(const sluice_frame& frame) const {
  return !units_.empty() && gathers(frame) && facts_.segment == frame.segment && facts_.part == frame.part &&
         facts_.discontinuity == frame.discontinuity && units_.size() < mux::ts::UnitWrapper::max_units &&
         payloads_.size() + frame.bytes <= gathered_bytes && run_->continues_with(frame.pts);
}

void Packaging::gather(const mux::ts::Frame& unit, const sluice_frame& frame, ChunkWriter& out) {
  if (units_.empty()) {
    run_->begin(frame.pts);
    facts_ = chunk_facts(frame, 0);
  } else {
    run_->add();
    facts_.duration += frame.duration;
  }
  const auto payload = payload_of(frame);
  payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  sizes_.push_back(payload.size());
  units_.push_back(unit);
  if (run_->duration(1) > gathered_ns) put_gathered(out);
}

void Packaging::put_gathered(ChunkWriter& out) {
  if (units_.empty()) return;
  auto units = std::exchange(units_, {});
  const auto sizes = std::exchange(sizes_, {});
  const auto payloads = std::exchange(payloads_, {});
  std::size_t at = 0;
  for (std::size_t i = 0; i < units.size(); at += sizes[i++])
    units[i].payload = std::span(payloads).subspan(at, sizes[i]);
  put(units, false, facts_, out);
}

// As one chunk.
void Packaging::put(std::span<const mux::ts::Frame> units, bool video, sluice_chunk_facts facts,
                    ChunkWriter& out) {
  packets_.clear();
  const auto written = muxer_.write(units, packets_);
  if (!written) throw Error(SLUICE_STATUS_MEDIA, "MPEG-TS: a frame is " + written.error().message());
  // Without a picture every frame can be decoded by itself; a viewer begins where the tables are.
  if (!muxer_.has_video())
    facts.flags = SLUICE_CHUNK_INDEPENDENT | (written->tables ? SLUICE_CHUNK_KEY : 0u);
  else if (video && written->key && written->tables)
    facts.flags = SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT;
  out.bytes(packets_);
  out.end(facts);
}

void Packaging::flush(ChunkWriter& out) {
  put_gathered(out);
  muxer_.begin_segment();
}

void Packaging::describe(sluice_packager_description& out) const {
  if (!muxer_.has_tracks()) throw Error(SLUICE_STATUS_STATE, "no tracks yet");
  put_text(out.mime, "video/mp2t");
  put_text(out.codecs, codecs_);
}

}  // namespace sluice::mpegts
