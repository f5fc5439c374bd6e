#include "sluice/mux/flv/demuxer.hpp"

#include <algorithm>
#include <utility>

#include "sluice/mux/flv/audio_tag.hpp"
#include "sluice/mux/flv/carriage.hpp"
#include "sluice/mux/flv/timestamp.hpp"
#include "sluice/mux/flv/video_tag.hpp"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::mux::flv {

Result<std::optional<Demuxer::Event>> Demuxer::poll() {
  if (frame_due_) return std::optional<Event>(*std::exchange(frame_due_, std::nullopt));
  for (;;) {
    while (next_unit_ < units_.size()) {
      if (auto event = event_of(units_[next_unit_++])) return event;
    }
    if (failed_) return failed_;
    if (!step()) {
      if (failed_) return failed_;
      return std::optional<Event>{};
    }
  }
}

// `size` bytes in one piece, from where they lie if they lie so. Nothing: more are needed.
std::optional<std::span<const uint8_t>> Demuxer::gather(size_t size) {
  if (held_.empty() && in_.size() >= size) {
    const auto piece = in_.first(size);
    in_ = in_.subspan(size);
    return piece;
  }
  const size_t more = std::min(size - held_.size(), in_.size());
  held_.insert(held_.end(), in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(more));
  in_ = in_.subspan(more);
  if (held_.size() < size) return std::nullopt;
  whole_.swap(held_);
  held_.clear();
  return whole_;
}

// One piece of the file. False: more bytes are needed, or it failed.
bool Demuxer::step() {
  switch (state_) {
    case State::file_header: {
      const auto bytes = gather(file_header_size);
      if (!bytes) return false;
      const auto header = parse_file_header(bytes->first<file_header_size>());
      if (!header) return fail(Errc::not_flv), false;
      skip_ = header->offset - file_header_size + previous_size_size;
      state_ = State::skip;
      return true;
    }
    case State::skip: {
      const size_t now = std::min(skip_, in_.size());
      in_ = in_.subspan(now);
      skip_ -= now;
      if (skip_ > 0) return false;
      state_ = State::tag_head;
      return true;
    }
    case State::tag_head: {
      const auto bytes = gather(tag_head_size);
      if (!bytes) return false;
      head_ = parse_tag_head(bytes->first<tag_head_size>());
      state_ = State::tag_body;
      return true;
    }
    case State::tag_body: {
      const auto bytes = gather(head_.size + previous_size_size);
      if (!bytes) return false;
      on_body(*bytes);
      state_ = State::tag_head;
      return !failed_;
    }
  }
  return false;
}

void Demuxer::drop(const error_code& why) {
  ++counters_.dropped;
  last_drop_ = why;
}

void Demuxer::on_body(std::span<const uint8_t> bytes) {
  units_.clear();
  next_unit_ = 0;
  ++counters_.tags;
  const auto body = bytes.first(head_.size);
  const bool size_fits =
      wire::ByteReader(bytes.subspan(head_.size)).u32be() == head_.size + uint32_t{tag_head_size};
  if (!size_fits) ++counters_.wrong_sizes;
  const auto type = static_cast<TagType>(head_.type);
  const bool known = type == TagType::audio || type == TagType::video || type == TagType::script;
  if (!known || head_.encrypted) {
    ++counters_.unknown_tags;
    if (!known && !size_fits) fail(Errc::lost_sync);
    return;
  }
  if (type == TagType::script) return on_script(body);
  if (type == TagType::video)
    on_video(body);
  else
    on_audio(body);
}

// Configurations do not move the clock: many muxers write them with time 0, whatever time it is.
int64_t Demuxer::dts_of(bool configuration, uint32_t nano_offset) {
  return configuration ? 0 : clock_.unroll(head_.timestamp) * ns_per_ms + nano_offset;
}

void Demuxer::on_video(std::span<const uint8_t> body) {
  const auto parsed = parse_video(body);
  if (!parsed) return drop(parsed.error());
  if (parsed->skipped) drop(make_error_code(Errc::unsupported_codec));
  for (const VideoTag& tag : parsed->tags) {
    const bool configuration = tag.packet == VideoPacket::sequence_start;
    if (!configuration && tag.packet != VideoPacket::frames) continue;
    const int64_t dts = dts_of(configuration, tag.nano_offset);
    units_.push_back({&video_[tag.track % max_tracks],
                      codec_of(tag.codec),
                      configuration,
                      {.dts = dts,
                       .pts = dts + tag.composition_ms * ns_per_ms,
                       .key = tag.key,
                       .disposable = tag.disposable,
                       .payload = tag.payload}});
  }
}

void Demuxer::on_audio(std::span<const uint8_t> body) {
  const auto parsed = parse_audio(body);
  if (!parsed) return drop(parsed.error());
  if (parsed->skipped) drop(make_error_code(Errc::unsupported_codec));
  for (const AudioTag& tag : parsed->tags) {
    const bool configuration = tag.packet == AudioPacket::sequence_start;
    if (!configuration && tag.packet != AudioPacket::frames) continue;
    const int64_t dts = dts_of(configuration, tag.nano_offset);
    units_.push_back({&audio_[tag.track % max_tracks],
                      codec_of(tag.codec),
                      configuration,
                      {.dts = dts, .pts = dts, .payload = tag.payload}});
  }
}

// Only onMetaData is kept; recorders of RTMP may leave it wrapped.
void Demuxer::on_script(std::span<const uint8_t> body) {
  amf0::Reader in(body);
  auto name = in.read();
  if (name && name->string() && *name->string() == "@setDataFrame") name = in.read();
  if (!name) return drop(name.error());
  if (!name->string() || *name->string() != "onMetaData") return;
  auto value = in.read();
  if (!value) return drop(value.error());
  if (value->object()) metadata_ = std::get<amf0::Object>(std::move(value->value));
}

std::optional<Demuxer::Event> Demuxer::event_of(const Unit& unit) {
  return unit.configuration ? configure(unit) : frame_of(unit);
}

// With the codec its slot has.
bool Demuxer::goes_on(const Unit& unit) {
  return *unit.slot && (*unit.slot)->codec.facts().codec == unit.codec;
}

// A slot keeps its track when the codec changes: it is the same picture or sound.
Demuxer::Slot& Demuxer::adopt(const Unit& unit, CodecTrack codec) {
  std::optional<Slot>& slot = *unit.slot;
  if (!slot) return slot.emplace(Slot{std::move(codec)});
  slot->codec = std::move(codec);
  slot->told = false;
  return *slot;
}

// A record that cannot be used does not take the place of one that can.
std::optional<Demuxer::Event> Demuxer::configure(const Unit& unit) {
  const bool same = goes_on(unit);
  CodecTrack candidate = same ? (*unit.slot)->codec : CodecTrack(unit.codec);
  const auto change = candidate.configure(unit.frame.payload);
  if (!change) return drop(change.error()), std::nullopt;
  if (same && *change == Change::none && (*unit.slot)->told) {
    (*unit.slot)->codec = std::move(candidate);
    return std::nullopt;
  }
  return tell(adopt(unit, std::move(candidate)));
}

std::optional<Demuxer::Event> Demuxer::frame_of(const Unit& unit) {
  const bool same = goes_on(unit);
  CodecTrack candidate(unit.codec);
  const auto plan = (same ? (*unit.slot)->codec : candidate).scan(unit.frame.payload);
  if (!plan) return drop(plan.error()), std::nullopt;
  Slot& slot = same ? **unit.slot : adopt(unit, std::move(candidate));
  std::optional<Event> news;
  if (plan->facts_changed || !slot.told) news = tell(slot);
  if (!slot.told || plan->size == 0) return news;
  canonical_.resize(plan->size);
  slot.codec.write(unit.frame.payload, canonical_);
  Frame frame = unit.frame;
  frame.track_id = slot.id;
  frame.duration = plan->duration;
  frame.key |= plan->key;
  frame.disposable |= plan->disposable;
  frame.payload = canonical_;
  if (!news) return frame;
  frame_due_ = frame;
  return news;
}

std::optional<Demuxer::Event> Demuxer::tell(Slot& slot) {
  if (!slot.codec.is_ready()) return std::nullopt;
  if (slot.id == 0) slot.id = next_id_++;
  slot.told = true;
  return Track{slot.id, slot.codec.facts()};
}

}  // namespace sluice::mux::flv
