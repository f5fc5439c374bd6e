#include "session.hpp"

#include <algorithm>
#include <array>

#include <sluice/media/opus.hpp>
#include <sluice/mux/mp4/media_clock.hpp>
#include <sluice/mux/mp4/producer_time.hpp>

namespace sluice::fmp4 {
namespace {

using mux::mp4::Sample;
using mux::mp4::Successor;

// With head room for the boxes before the payload, 16 bytes a sample.
constexpr std::uint64_t most_bytes = SLUICE_CHUNK_BYTES_LIMIT - (1u << 18);
constexpr std::size_t most_frames = 8192;

Marks marks_of(const sluice_frame& frame) { return {frame.segment, frame.part, frame.discontinuity}; }

bool is_key_picture(const sluice_frame& frame) {
  return frame.track->kind == SLUICE_TRACK_VIDEO && (frame.flags & SLUICE_FRAME_KEY) != 0;
}

// An Opus packet says how long it is, whoever published it.
std::int64_t duration_of(const sluice_frame& frame) {
  if (frame.duration > 0 || frame.track->codec != SLUICE_CODEC_OPUS) return frame.duration;
  std::array<std::uint8_t, 2> start{};
  std::size_t size = 0;
  for (std::uint32_t i = 0; i < frame.span_count; ++i)
    for (std::uint64_t at = 0; at < frame.spans[i].size && size < start.size(); ++at)
      start[size++] = frame.spans[i].data[at];
  const auto samples = media::opus_packet_samples(std::span(start).first(size));
  return samples ? std::int64_t{*samples} * mux::mp4::second_ns / media::opus_clock : 0;
}

Sample sample_of(const sluice_frame& frame) {
  return {frame.track->id,
          frame.dts,
          frame.pts,
          duration_of(frame),
          static_cast<std::uint32_t>(frame.bytes),
          (frame.flags & SLUICE_FRAME_KEY) != 0,
          (frame.flags & SLUICE_FRAME_DISPOSABLE) != 0};
}

}  // namespace

void Session::tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) {
  TrackSet set;
  try {
    set = choose_tracks(tracks, parameters_);
  } catch (const Error&) {
    write_chunk(std::nullopt, out);
    muxer_.emplace(std::vector<mux::mp4::MuxedTrack>{});  // what comes now is left out
    set_ = {};
    init_.clear();
    throw;
  }
  auto init = init_segment(set, layout_of(set, parameters_));
  if (init == init_ && set.tracks == set_.tracks) return;  // a change of a track that is not carried
  write_chunk(std::nullopt, out);
  set_ = std::move(set);
  init_ = std::move(init);
  muxer_.emplace(set_.tracks);
  out.bytes(init_);
  out.end(init_facts());
}

void Session::frame(const sluice_frame& frame, ChunkWriter& out) {
  if (!muxer_) throw Error(SLUICE_STATUS_STATE, "MP4: a frame before any tracks");
  if (ends_fragment(frame)) write_chunk(Successor{frame.track->id, frame.dts}, out);
  notice_marks(frame);
  if (muxer_->carries(frame.track->id)) gather(frame);
}

void Session::flush(ChunkWriter& out) { write_chunk(std::nullopt, out); }

void Session::describe(sluice_packager_description& out) const {
  if (set_.tracks.empty()) throw Error(SLUICE_STATUS_STATE, "no tracks yet");
  put_text(out.mime, mime_of(set_));
  put_text(out.codecs, codecs_of(set_));
}

void Session::notice_marks(const sluice_frame& frame) {
  const Marks marks = marks_of(frame);
  if (newest_ == marks) return;
  fragments_of_part_ = 0;
  if (!newest_ || newest_->segment != marks.segment) segment_open_ = newest_.has_value() || marks.part == 0;
  newest_ = marks;
}

bool Session::ends_fragment(const sluice_frame& frame) const {
  if (frames_.empty()) return false;
  const sluice_frame& first = *frames_.front();
  if (marks_of(first) != marks_of(frame)) return true;
  if (!muxer_->carries(frame.track->id)) return false;
  if (frames_.size() == most_frames || muxer_->bytes() + frame.bytes > most_bytes) return true;
  if (parameters_.format == Format::cmaf) return false;
  return is_key_picture(frame) || frame.dts - first.dts >= parameters_.fragment_ns;
}

void Session::gather(const sluice_frame& frame) {
  if (frame.bytes == 0) throw Error(SLUICE_STATUS_MEDIA, "MP4: a frame without bytes");
  if (frame.bytes > most_bytes) throw Error(SLUICE_STATUS_MEDIA, "MP4: a frame larger than a chunk may be");
  if (const auto added = muxer_->add(sample_of(frame)); !added)
    throw Error(SLUICE_STATUS_MEDIA, "MP4: " + added.error().message());
  frames_.emplace_back(host_, frame);
}

void Session::write_chunk(std::optional<Successor> next, ChunkWriter& out) {
  if (frames_.empty()) return;
  const sluice_frame& first = *frames_.front();
  const bool begins_segment = segment_open_;
  const bool independent = is_independent();
  sluice_chunk_facts facts = chunk_facts(first, independent ? SLUICE_CHUNK_INDEPENDENT : 0);
  const bool joinable = independent && (holds_video() || !set_.has_video);
  if (joinable && (begins_segment || parameters_.format == Format::progressive))
    facts.flags |= SLUICE_CHUNK_KEY;

  std::vector<std::uint8_t> head = chunk_prelude(begins_segment);
  const auto fragment = muxer_->close(next, take_sequence_number());
  facts.duration = fragment.duration;
  head.insert(head.end(), fragment.head.begin(), fragment.head.end());
  out.bytes(head);
  for (const std::uint32_t index : fragment.order) out.payload(*frames_[index]);
  out.end(facts);
  segment_open_ = false;
  ++fragments_of_part_;
  frames_.clear();
}

std::vector<std::uint8_t> Session::chunk_prelude(bool begins_segment) const {
  std::vector<std::uint8_t> bytes;
  if (begins_segment && parameters_.format == Format::cmaf)
    mux::mp4::write_segment_type(bytes, layout_of(set_, parameters_));
  // Presentation is what the picture's capture belongs to, so the first picture speaks, or the first sound.
  const auto picture = std::find_if(frames_.begin(), frames_.end(), [](const HeldFrame& frame) {
    return frame->track->kind == SLUICE_TRACK_VIDEO;
  });
  const sluice_frame& speaks = picture == frames_.end() ? *frames_.front() : **picture;
  if (!parameters_.producer_time || speaks.capture_wall == SLUICE_TIME_NONE) return bytes;
  Sample shown = sample_of(speaks);
  shown.dts = std::max<std::int64_t>(shown.pts, 0);
  mux::mp4::write_producer_time(bytes, {shown.track_id, speaks.capture_wall, muxer_->decode_time(shown)});
  return bytes;
}

bool Session::holds_video() const {
  return std::any_of(frames_.begin(), frames_.end(),
                     [](const HeldFrame& frame) { return frame->track->kind == SLUICE_TRACK_VIDEO; });
}

bool Session::is_independent() const {
  for (const mux::mp4::MuxedTrack& one : set_.tracks) {
    if (one.track.kind != SLUICE_TRACK_VIDEO) continue;
    const auto first = std::find_if(frames_.begin(), frames_.end(),
                                    [&](const HeldFrame& frame) { return frame->track->id == one.track.id; });
    if (first != frames_.end() && !is_key_picture(**first)) return false;
  }
  return true;
}

// Rising. In CMAF the same on every node: by segment and part (eight fragments of one part, 512 parts of one
// segment). A progressive stream counts as ISO/IEC 14496-12, 8.8.5 wants it, from where no session before
// this one can have come. Both wrap as their 32 bits do.
std::uint32_t Session::take_sequence_number() {
  const sluice_frame& first = *frames_.front();
  if (parameters_.format == Format::progressive) {
    if (!next_number_) next_number_ = static_cast<std::uint32_t>(first.seq) + 1;
    return (*next_number_)++;
  }
  const std::uint64_t part = std::min(first.part, 511u);
  return static_cast<std::uint32_t>(first.segment << 12 | part << 3 | std::min(fragments_of_part_, 7u)) + 1;
}

}  // namespace sluice::fmp4
