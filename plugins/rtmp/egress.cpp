#include "egress.hpp"

#include <sluice/mux/flv/carriage.hpp>
#include <sluice/mux/flv/timestamp.hpp>

#include "wire/chunk_writer.hpp"
#include "wire/command.hpp"

namespace sluice::rtmp {

namespace flv = mux::flv;

namespace {

constexpr std::uint32_t audio_chunk_stream = 4;
constexpr std::uint32_t data_chunk_stream = 5;
constexpr std::uint32_t video_chunk_stream = 6;

MessageHeader message_header(const sluice_track& track, std::int64_t dts) {
  const bool video = track.kind == SLUICE_TRACK_VIDEO;
  return {video ? video_chunk_stream : audio_chunk_stream, flv::to_timestamp(dts),
          static_cast<std::uint8_t>(video ? type_video : type_audio), play_stream_id};
}

}  // namespace

ParcelRef Egress::parcel_of(sluice_entry& entry) {
  if (entry.cached) return ParcelRef(static_cast<Parcel*>(entry.cached));
  ParcelRef parcel = pool_.make(entry.frame);
  fill(*parcel.get(), *entry.frame);
  entry.cached = ParcelRef(parcel).detach();
  return parcel;
}

void Egress::fill(Parcel& parcel, const sluice_frame& frame) {
  const auto tag =
      flv::frame_header(*frame.track, {frame.dts, frame.pts, (frame.flags & SLUICE_FRAME_KEY) != 0,
                                       (frame.flags & SLUICE_FRAME_DISPOSABLE) != 0});
  if (!tag || frame.span_count != 1)
    return;  // publishers write one span; derived streams have their own form
  slices_.clear();
  chunk_message(message_header(*frame.track, frame.dts), tag->view(),
                {frame.spans[0].data, frame.spans[0].size}, out_chunk_size, parcel.own, slices_);
  for (const auto slice : slices_) parcel.add_piece(slice.data(), slice.size());
}

void Egress::release_cached(void*, void* cached) { ParcelRef::adopt(static_cast<Parcel*>(cached)); }

ParcelRef Egress::sequence_header(const sluice_track& track, std::int64_t dts) {
  const auto tag = flv::configuration_header(track);
  if (!tag) return {};
  std::vector<std::uint8_t> body(tag->view().begin(), tag->view().end());
  body.insert(body.end(), track.config.data, track.config.data + track.config.size);
  std::vector<std::uint8_t> bytes;
  append_message(bytes, message_header(track, dts), body, out_chunk_size);
  return pool_.make(bytes);
}

ParcelRef Egress::metadata(std::span<const sluice_track* const> tracks) {
  std::vector<std::uint8_t> bytes;
  append_message(bytes, {data_chunk_stream, 0, type_data, play_stream_id},
                 on_metadata(flv::metadata_of(tracks)), out_chunk_size);
  return pool_.make(bytes);
}

bool Egress::can_carry(const sluice_track& track, const Capabilities& capabilities) {
  if (flv::is_classic(track.codec)) return true;
  return (flv::video_codec(track.codec) || flv::audio_codec(track.codec)) && capabilities.has(track.codec);
}

std::string Egress::codec_name(std::uint32_t codec) {
  std::string name;
  for (int i = 0; i < 4; ++i) name += static_cast<char>(codec >> (8 * i) & 0x7f);
  return name;
}

}  // namespace sluice::rtmp
