#include "sluice/mux/mp4/demuxer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/media_clock.hpp"

namespace sluice::mux::mp4 {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint32_t moov = box_type("moov"), moof = box_type("moof"), mdat = box_type("mdat");

// Anything else at the very beginning is no MP4, and would be skipped for ever.
bool may_begin(uint32_t type) {
  constexpr uint32_t known[] = {box_type("ftyp"),
                                box_type("styp"),
                                moov,
                                moof,
                                mdat,
                                box_type("free"),
                                box_type("skip"),
                                box_type("sidx"),
                                box_type("prft"),
                                box_type("emsg"),
                                box_type("pdin"),
                                box_type("uuid")};
  return std::ranges::find(known, type) != std::end(known);
}

struct Times {
  int64_t dts = 0, pts = 0, duration = 0;
};

std::optional<Times> times_of(const PlacedSample& sample, const Track& track) {
  const int64_t decode = sample.decode_time - track.edit_start;
  const auto dts = ns_of(decode, track.timescale);
  const auto pts = ns_of(decode + sample.composition_offset, track.timescale);
  const auto end = ns_of(decode + sample.duration, track.timescale);
  if (!dts || !pts || !end) return std::nullopt;
  return Times{*dts + track.edit_delay, *pts + track.edit_delay, *end - *dts};
}

}  // namespace

Result<std::optional<Demuxer::Event>> Demuxer::poll() {
  if (failed_) return failed_;
  const auto fail = [this](const error_code& error) { return failed_ = error; };
  for (;;) {
    if (std::exchange(tracks_due_, false)) return std::optional<Event>(list_tracks());
    if (frame_due_) return std::optional<Event>(*std::exchange(frame_due_, std::nullopt));
    if (in_.empty() && state_ != State::media) return std::optional<Event>();
    if (state_ == State::media) {
      auto event = read_media();
      if (!event) return fail(event.error());
      if (*event || (state_ == State::media && !tracks_due_)) return event;
      continue;
    }
    Result<void> done;
    if (state_ == State::header) done = read_header();
    if (state_ == State::body) done = read_body();
    if (state_ == State::skip) {
      left_ -= take(left_).size();
      if (left_ == 0 && !to_the_end_) state_ = State::header;
    }
    if (!done) return fail(done.error());
  }
}

std::string Demuxer::place() const {
  std::string type;
  for (int shift : {0, 8, 16, 24}) {
    const auto letter = static_cast<char>(header_.type >> shift);
    type.push_back(letter >= ' ' && letter <= '~' ? letter : '?');
  }
  return type + " at byte " + std::to_string(box_position_);
}

// Up to `most` bytes of what was fed.
Bytes Demuxer::take(uint64_t most) {
  const Bytes taken = in_.first(static_cast<size_t>(std::min<uint64_t>(most, in_.size())));
  in_ = in_.subspan(taken.size());
  position_ += taken.size();
  return taken;
}

// True once `held_` has `size` bytes; it grows only with what arrives.
bool Demuxer::gather(size_t size) {
  const Bytes more = take(size - held_.size());
  held_.insert(held_.end(), more.begin(), more.end());
  return held_.size() == size;
}

Result<void> Demuxer::read_header() {
  if (held_.empty()) box_position_ = position_;
  if (held_.size() < 8 && !gather(8)) return {};
  auto header = read_box_header(held_);
  if (!header && !gather(16)) return {};
  if (!header) header = read_box_header(held_);
  held_.clear();
  header_ = *header;
  if (header->header_size == 0) return Errc::bad_box_size;
  if (!begun_ && !may_begin(header->type)) return Errc::malformed;
  begun_ = true;
  return begin_box(*header);
}

Result<void> Demuxer::begin_box(const BoxHeader& header) {
  to_the_end_ = header.to_the_end;
  left_ = to_the_end_ ? std::numeric_limits<uint64_t>::max() : header.body_size;
  if (header.type == moov || header.type == moof) {
    if (to_the_end_) return Errc::bad_box_size;
    if (left_ > (header.type == moov ? max_movie_bytes : max_fragment_bytes)) return Errc::too_large;
    if (header.type == moof && !movie_) return Errc::no_movie;
    if (header.type == moof && next_sample_ < samples_.size()) return Errc::bad_sample_place;
    state_ = State::body;
    return left_ == 0 ? Errc::malformed : Result<void>();
  }
  if (header.type == mdat && !movie_) return Errc::not_fragmented;
  state_ = header.type == mdat ? State::media : State::skip;
  if (state_ == State::skip && left_ == 0) state_ = State::header;
  return {};
}

Result<void> Demuxer::read_body() {
  if (!gather(static_cast<size_t>(left_))) return {};
  state_ = State::header;
  const std::vector<uint8_t> body = std::exchange(held_, {});
  if (header_.type == moov) {
    auto movie = parse_movie(body);
    return movie ? adopt_movie(std::move(*movie)) : movie.error();
  }
  auto samples = parse_fragment(body, header_.header_size, *movie_, next_times_);
  if (!samples) return samples.error();
  samples_ = std::move(*samples);
  next_sample_ = 0;
  moof_position_ = box_position_;
  return {};
}

Result<void> Demuxer::adopt_movie(Movie movie) {
  const auto before = movie_ ? std::optional(list_tracks().tracks) : std::nullopt;
  samples_.clear();
  next_sample_ = 0;
  lanes_.clear();
  next_times_.assign(movie.tracks.size(), 0);
  for (const MovieTrack& track : movie.tracks) lanes_.push_back({CanonicalForm(track.track), track.carried});
  movie_ = std::move(movie);
  tracks_due_ = !before || *before != list_tracks().tracks;
  return {};
}

Demuxer::Tracks Demuxer::list_tracks() const {
  Tracks list;
  for (const Lane& lane : lanes_)
    if (lane.carried) list.tracks.push_back(lane.form.track());
  return list;
}

// A sample that came in one piece is not copied. Nothing: more bytes are needed.
std::optional<Bytes> Demuxer::take_sample(uint32_t size) {
  if (held_.empty() && in_.size() >= size) {
    left_ -= size;
    return take(size);
  }
  const size_t before = held_.size();
  const bool whole = gather(size);
  left_ -= held_.size() - before;
  if (!whole) return std::nullopt;
  std::swap(whole_, held_);
  held_.clear();
  return Bytes(whole_);
}

// Gives the next frame; nothing when more bytes are needed or the media data end (the state tells which).
Result<std::optional<Demuxer::Event>> Demuxer::read_media() {
  const auto empty_sample = [this] {
    return next_sample_ < samples_.size() && samples_[next_sample_].size == 0;
  };
  while (left_ > 0 || empty_sample()) {
    if (next_sample_ == samples_.size()) {
      state_ = State::skip;
      return std::optional<Event>();
    }
    const PlacedSample sample = samples_[next_sample_];
    const uint64_t at = position_ - held_.size() - moof_position_;
    if (sample.offset < at) return Errc::bad_sample_place;
    if (const uint64_t gap = sample.offset - at; gap > 0 && held_.empty()) {
      if (left_ == 0) break;
      const uint64_t skipped = take(std::min(gap, left_)).size();
      left_ -= skipped;
      if (skipped == 0) return std::optional<Event>();
      continue;
    }
    if (held_.empty() && sample.size > left_) return Errc::bad_sample_place;
    const auto bytes = take_sample(sample.size);
    if (!bytes) return std::optional<Event>();
    ++next_sample_;
    auto event = frame_of(sample, *bytes);
    if (!event || *event || tracks_due_) return event;
  }
  state_ = State::header;
  return std::optional<Event>();
}

Result<std::optional<Demuxer::Event>> Demuxer::frame_of(const PlacedSample& sample, Bytes bytes) {
  Lane& lane = lanes_[sample.track];
  if (!lane.carried) return std::optional<Event>();
  const auto times = times_of(sample, lane.form.track());
  if (!times) return Errc::time_beyond_limits;
  const auto unit = lane.form.take(bytes, sample.sync, sample.disposable);
  if (!unit) {
    ++refused_;
    return std::optional<Event>();
  }
  tracks_due_ = unit->changed;
  if (unit->payload.empty()) return std::optional<Event>();
  const Frame frame{lane.form.track().id, times->dts,   times->pts, times->duration, unit->key,
                    unit->disposable,     unit->payload};
  if (!tracks_due_) return std::optional<Event>(frame);
  frame_due_ = frame;
  return std::optional<Event>();
}

}  // namespace sluice::mux::mp4
