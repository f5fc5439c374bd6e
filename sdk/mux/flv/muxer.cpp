#include "sluice/mux/flv/muxer.hpp"

#include <algorithm>

#include "sluice/mux/flv/timestamp.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::flv {
namespace {

constexpr uint64_t configuration_most = 16u << 10;

TagType type_of(const sluice_track& track) {
  return track.kind == SLUICE_TRACK_VIDEO ? TagType::video : TagType::audio;
}

bool needs_configuration(uint32_t codec) {
  return codec == SLUICE_CODEC_H264 || codec == SLUICE_CODEC_H265 || codec == SLUICE_CODEC_AAC;
}

bool can_carry(const sluice_track& track) {
  const bool has_tag = track.kind == SLUICE_TRACK_VIDEO   ? video_codec(track.codec).has_value()
                       : track.kind == SLUICE_TRACK_AUDIO ? audio_codec(track.codec).has_value()
                                                          : false;
  return has_tag && track.config.size <= configuration_most &&
         (track.config.size > 0 || !needs_configuration(track.codec));
}

void append_tag(std::vector<uint8_t>& out, TagType type, uint32_t timestamp,
                std::initializer_list<std::span<const uint8_t>> parts) {
  uint32_t size = 0;
  for (const auto part : parts) size += static_cast<uint32_t>(part.size());
  wire::ByteWriter writer(out);
  writer.bytes(serialise_tag_head({static_cast<uint8_t>(type), false, size, timestamp}));
  for (const auto part : parts) writer.bytes(part);
  writer.bytes(serialise_previous_size(size));
}

}  // namespace

sluice_track Muxer::Carried::view() const {
  sluice_track track = facts;
  track.config = {config.data(), config.size()};
  return track;
}

bool Muxer::has(uint32_t kind) const {
  return std::any_of(carried_.begin(), carried_.end(),
                     [&](const Carried& one) { return one.facts.kind == kind; });
}

bool Muxer::has_video() const { return has(SLUICE_TRACK_VIDEO); }

const Muxer::Carried* Muxer::find(uint32_t track_id) const {
  for (const Carried& one : carried_)
    if (one.facts.id == track_id) return &one;
  return nullptr;
}

Result<void> Muxer::set_tracks(std::span<const sluice_track* const> tracks) {
  carried_.clear();
  for (const sluice_track* track : tracks) {
    if (!can_carry(*track) || has(track->kind)) continue;
    Carried& one = carried_.emplace_back();
    one.facts = *track;
    one.facts.config = {};
    one.facts.language = {};
    one.config.assign(track->config.data, track->config.data + track->config.size);
  }
  if (carried_.empty()) return Errc::no_track;
  return {};
}

std::vector<uint8_t> Muxer::beginning() const {
  const auto header = serialise_file_header({.audio = has(SLUICE_TRACK_AUDIO), .video = has_video()});
  std::vector<uint8_t> out(header.begin(), header.end());
  std::vector<const sluice_track*> tracks;
  for (const Carried& one : carried_) tracks.push_back(&one.facts);
  amf0::Object metadata = metadata_of(tracks);
  metadata.kind = amf0::Object::Kind::ecma_array;
  std::vector<uint8_t> body;
  amf0::serialise("onMetaData", body);
  amf0::serialise(std::move(metadata), body);
  append_tag(out, TagType::script, 0, {body});
  append_sequence_headers(0, out);
  return out;
}

void Muxer::append_sequence_headers(int64_t dts, std::vector<uint8_t>& out) const {
  for (const Carried& one : carried_) {
    if (const auto header = configuration_header(one.view()))
      append_tag(out, type_of(one.facts), to_timestamp(dts), {header->view(), one.config});
  }
}

Result<Wrapping> Muxer::wrap(const MuxedFrame& frame) const {
  const Carried* const track = find(frame.track_id);
  if (!track) return Errc::unknown_track;
  if (frame.size == 0) return Errc::empty_message;
  const auto header = frame_header(track->facts, frame.marks);
  if (!header) return Errc::unsupported_codec;
  if (frame.size > tag_body_most - header->size) return Errc::tag_too_large;
  const auto size = static_cast<uint32_t>(frame.size + header->size);
  Wrapping out;
  const auto head = serialise_tag_head(
      {static_cast<uint8_t>(type_of(track->facts)), false, size, to_timestamp(frame.marks.dts)});
  const auto end = std::copy(head.begin(), head.end(), out.head_.begin());
  std::copy(header->view().begin(), header->view().end(), end);
  out.head_size_ = tag_head_size + header->size;
  out.tail_ = serialise_previous_size(size);
  return out;
}

}  // namespace sluice::mux::flv
