#include "engine/publication.hpp"

#include "engine/lane.hpp"
#include "engine/own_count.hpp"
#include "engine/stream_table.hpp"

namespace sluice::engine {
namespace {

constexpr std::uint32_t known_flags = SLUICE_FRAME_KEY | SLUICE_FRAME_DISPOSABLE | SLUICE_FRAME_DISCONTINUITY;

constexpr unsigned shed_at_most = 64;

}  // namespace

Publication::Publication(StreamTable& table, Lane& lane, std::shared_ptr<Stream> stream, Peer peer,
                         std::uint64_t epoch, std::uint64_t max_frame)
    : table_(table),
      lane_(lane),
      seat_(lane.seat()),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      epoch_(epoch),
      max_frame_(max_frame),
      post_(*this) {}

Result<std::uint32_t> Publication::track_add(const sluice_track& track, Failure& failure) {
  if (!live_) {
    failure = {Errc::gone, "the publication was taken away", ""};
    return make_error_code(failure.code);
  }
  return stream_->tracks.add(track, failure);
}

Errc Publication::track_update(std::uint32_t id, const sluice_track& track, Failure& failure) {
  if (!live_) {
    failure = {Errc::gone, "the publication was taken away", ""};
    return failure.code;
  }
  return stream_->tracks.update(id, track, failure);
}

Errc Publication::frame_begin(std::uint64_t size, Frame*& out) {
  out = nullptr;
  if (!live_) return Errc::gone;
  if (size > max_frame_) return Errc::limit;
  if (!ran_ && stream_->tracks.has_unclaimed()) stream_->tracks.drop_unclaimed();
  out = take(size);
  if (out != nullptr) return Errc::ok;
  // The oldest goes first. What lanes hold of it comes home a little later: for a frame to come, if not for
  // this.
  stream_->log.shed(2 * size, shed_at_most);
  out = take(size);
  if (out != nullptr) return Errc::ok;
  // What follows refers to what is now missing.
  starved_ = true;
  need_key_ = 0xffff;
  raise(stream_->counters.dropped_memory, 1);
  raise(lane_.tally_.dropped, 1);
  return Errc::no_memory;
}

Frame* Publication::take(std::uint64_t size) {
  Frame* const frame = stream_->pool->take(size);
  if (frame != nullptr) raise(drafts_, 1);
  return frame;
}

Errc Publication::frame_publish(Frame& frame, const FrameFacts& facts) {
  if (!live_) {
    frame_abandon(frame);
    return Errc::gone;
  }
  raise(drafts_, 0 - std::uint64_t{1});
  TrackRevision* const track = stream_->tracks.newest(facts.track);
  if (track == nullptr || facts.size > frame.capacity) {
    stream_->pool->give(frame);
    return track == nullptr ? Errc::not_found : Errc::argument;
  }
  Errc refusal = Errc::ok;
  if (!admit(*track, facts.flags, refusal)) {
    stream_->pool->give(frame);
    return refusal;
  }
  ran_ = true;
  frame.track = track;
  ++track->frames;
  describe(frame, *track, facts);
  count(frame);
  stream_->log.append(frame);
  return Errc::ok;
}

void Publication::frame_abandon(Frame& frame) {
  raise(drafts_, 0 - std::uint64_t{1});
  if (live_) {
    stream_->pool->give(frame);
  } else {
    stream_->pool->put(&frame, &frame);  // the pool has another owner by now
  }
}

// A picture that refers to one nobody has is of no use to anyone.
bool Publication::admit(const TrackRevision& track, std::uint32_t flags, Errc& refusal) {
  if (track.view.kind != SLUICE_TRACK_VIDEO) return true;
  const std::uint16_t bit = static_cast<std::uint16_t>(1u << track.slot);
  if ((flags & SLUICE_FRAME_KEY) != 0) {
    need_key_ &= static_cast<std::uint16_t>(~bit);
    if (need_key_ == 0) starved_ = false;
    return true;
  }
  if ((need_key_ & bit) == 0) return true;
  raise(starved_ ? stream_->counters.dropped_memory : stream_->counters.dropped_no_key, 1);
  raise(lane_.tally_.dropped, 1);
  refusal = starved_ ? Errc::limit : Errc::ok;
  return false;
}

void Publication::describe(Frame& frame, const TrackRevision& track, const FrameFacts& facts) {
  const Repaired times = stream_->timeline.repair(track.slot, facts.dts, facts.pts, facts.duration);
  const bool broken = times.discontinuity || (facts.flags & SLUICE_FRAME_DISCONTINUITY) != 0;
  frame.track_slot = track.slot;
  frame.span = {frame.payload, facts.size};
  sluice_frame& view = frame.view;
  view.struct_size = sizeof view;
  view.flags = (facts.flags & known_flags) | (broken ? SLUICE_FRAME_DISCONTINUITY : 0u);
  view.epoch = epoch_;
  view.dts = times.dts;
  view.pts = times.pts;
  view.duration = facts.duration > 0 ? facts.duration : 0;
  view.capture_wall =
      facts.capture_wall != SLUICE_TIME_NONE ? facts.capture_wall : wall_of(times.dts, broken);
  view.track = &track.view;
  view.bytes = facts.size;
  view.spans = &frame.span;
  view.span_count = 1;
  view.side_data = nullptr;
  view.side_data_count = 0;

  SegmentClock::Beat beat;
  beat.video = track.view.kind == SLUICE_TRACK_VIDEO;
  beat.sound = track.view.kind == SLUICE_TRACK_AUDIO;
  beat.key = frame.is_key();
  beat.discontinuity = broken;
  beat.track_slot = track.slot;
  beat.coding = track.coding;
  beat.dts = view.dts;
  beat.duration = view.duration;
  const CutMark mark = stream_->marks.stamp(beat);
  stream_->counters.segment_bound.store(stream_->marks.bound(), std::memory_order_relaxed);
  view.segment = mark.segment;
  view.part = mark.part;
  view.discontinuity = mark.discontinuity;
}

// Of a source that does not say when it captured: the time its timeline began to arrive, and from there on by
// its own clock, so that pictures and sound agree.
std::int64_t Publication::wall_of(std::int64_t dts, bool broken) {
  if (broken || wall_at_zero_ == SLUICE_TIME_NONE) wall_at_zero_ = table_.clock_.wall() - dts;
  return wall_at_zero_ + dts;
}

void Publication::count(const Frame& frame) {
  StreamCounters& counters = stream_->counters;
  raise(counters.frames, 1);
  raise(counters.bytes, frame.view.bytes);
  if ((frame.view.flags & SLUICE_FRAME_DISCONTINUITY) != 0) {
    raise(counters.discontinuities, 1);
    const Timeline::Corrections& corrections = stream_->timeline.corrections();
    counters.jumps.store(corrections.jumps, std::memory_order_relaxed);
  }
  const Timeline::Corrections& corrections = stream_->timeline.corrections();
  counters.held_back.store(corrections.held, std::memory_order_relaxed);
  counters.pts_repaired.store(corrections.pts, std::memory_order_relaxed);
  const std::uint32_t kind = frame.view.track->kind;
  if (kind == SLUICE_TRACK_AUDIO) counters.audio_dts.store(frame.view.dts, std::memory_order_relaxed);
  if (kind != SLUICE_TRACK_VIDEO) return;
  counters.video_dts.store(frame.view.dts, std::memory_order_relaxed);
  raise(counters.video_frames, 1);
  if (frame.is_key()) {
    raise(counters.keys, 1);
    if (last_key_ != SLUICE_TIME_NONE) {
      counters.gop_frames.store(gop_frames_, std::memory_order_relaxed);
      counters.gop_time.store(frame.view.dts - last_key_, std::memory_order_relaxed);
    }
    last_key_ = frame.view.dts;
    gop_frames_ = 0;
  }
  ++gop_frames_;
}

}  // namespace sluice::engine
