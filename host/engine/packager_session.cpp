#include "engine/packager_session.hpp"

#include <algorithm>
#include <utility>

#include "abi/seat.hpp"
#include "abi/struct_check.hpp"
#include "engine/dead_frames.hpp"
#include "engine/lane.hpp"
#include "engine/own_count.hpp"
#include "engine/stream.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

constexpr std::uint32_t frames_per_read = 64;
constexpr unsigned shed_at_most = 64;
constexpr unsigned failures_most = 3;  // in a row, each at another key frame

}  // namespace

// What the source's subscription tells goes to the session, which may end in it.
struct PackagerSession::Ear final : SubscribeListener {
  explicit Ear(PackagerSession& of) : owner(of) {}
  void on_done(Subscription*, const Failure&) override {}
  // The session's end is this one's too.
  void on_ready(Subscription&) override {
    PackagerSession& session = owner;
    session.pump();
    session.go_if_over();
  }
  void on_closed(Errc why, std::string_view reason) override {
    PackagerSession& session = owner;
    session.finish({why == Errc::gone ? SessionEnd::Kind::source_ended : SessionEnd::Kind::failed,
                    {why, std::string(reason), ""},
                    session.next_seq_});
    session.go_if_over();
  }
  PackagerSession& owner;
};

PackagerSession::PackagerSession(StreamTable& table, std::shared_ptr<Packaging> packaging,
                                 std::shared_ptr<Stream> source, const PackagerOffer& offer, Lane& lane,
                                 std::uint64_t from_seq)
    : table_(table),
      packaging_(std::move(packaging)),
      source_(std::move(source)),
      packager_(offer.table),
      packager_self_(offer.self),
      lane_(lane),
      from_seq_(from_seq),
      post_(*this),
      next_seq_(from_seq) {}

PackagerSession::~PackagerSession() = default;

Seat& PackagerSession::seat() const { return lane_.seat(); }

// ---- orders

void PackagerSession::order(Order order) {
  orders_.fetch_or(order, std::memory_order_relaxed);
  lane_.send(post_);
}

void PackagerSession::deliver(Letter& letter, bool lane_runs) {
  PackagerSession& session = static_cast<Post&>(letter).owner;
  if (lane_runs) {
    session.obey(session.orders_.exchange(0, std::memory_order_relaxed));
  } else if (!session.over_) {
    session.session_ = nullptr;  // its module's code is not called any more
    session.finish({SessionEnd::Kind::dismissed, {}, session.next_seq_});
  }
  session.go_if_over();
}

void PackagerSession::go_if_over() {
  if (over_ && !post_.queued.load(std::memory_order_acquire)) delete this;
}

void PackagerSession::obey(std::uint32_t orders) {
  if (!over_ && (orders & begin) != 0) {
    subscribe();
    pump();
  }
  if (!over_ && (orders & flush) != 0) flush_session();
  handing_ = handing_ || (orders & hand_on) != 0;
  if (!over_ && handing_ && needs_key_ && session_ != nullptr) {
    finish(
        {SessionEnd::Kind::handed_on, {}, next_seq_});  // it waits for the key frame the next one begins with
  }
  if (!over_ && (orders & dismissed) != 0) finish({SessionEnd::Kind::dismissed, {}, next_seq_});
}

// ---- the source

// Not one of the table's viewers: nobody lists, limits or kicks it.
void PackagerSession::subscribe() {
  if (packaging_->chunks->tracks.newest(1) == nullptr) {
    Failure failure;
    packaging_->chunks->tracks.set_chunks({}, false, failure);
  }
  Window& window = lane_.window_of(source_);
  ++window.subscriptions;
  SubscribeRequest request;
  request.key = source_->key;
  request.start = Start::cache;
  request.from_seq = from_seq_;
  subscription_ = new Subscription(table_, window, lane_, std::move(request), 0);
  subscription_->listener_ = std::make_unique<Ear>(*this);
  if (subscription_->readable()) {
    lane_.pending_.push_back(*subscription_);
  } else {
    window.armed.push_back(*subscription_);
  }
}

// Reads all there is. The source's end is told by on_closed.
void PackagerSession::pump() {
  Subscription::Batch batch;
  do {
    static_cast<void>(subscription_->read(frames_per_read, batch));
    if (batch.skipped != 0) flush_session();
    for (std::uint32_t i = 0; i < batch.count; ++i) {
      if (!feed(*batch.entries[i].frame)) return;
    }
  } while (batch.count != 0);
  if (!std::exchange(told_ready_, true)) table_.packaging_ready(*this);
}

bool PackagerSession::feed(const sluice_frame& frame) {
  if (handing_ && joins_at(frame)) {
    finish({SessionEnd::Kind::handed_on, {}, frame.seq});
    return false;
  }
  next_seq_ = frame.seq + 1;
  epoch_ = frame.epoch;
  wall_at_zero_ = frame.capture_wall == SLUICE_TIME_NONE ? SLUICE_TIME_NONE : frame.capture_wall - frame.dts;
  const bool changed = learn(frame);
  if (needs_key_ && !joins_at(frame)) return true;
  if (session_ == nullptr && !open()) return !over_;
  if ((changed || !tracks_told_) && !tell_tracks()) return !over_;
  needs_key_ = false;
  sluice_err err = abi_err();
  const sluice_status status = call(packager_->frame, session_, &frame, writer_.begin(false), &err);
  if (!take_chunks()) return false;
  if (status == SLUICE_STATUS_MEDIA) {
    raise(packaging_->chunks->counters.dropped_no_key, 1);
    return true;
  }
  return settle(status, err, "frame");
}

// The newest revision of every track, as far as frames have named it.
bool PackagerSession::learn(const sluice_frame& frame) {
  bool changed = false;
  if (told_.empty() || frame.epoch != told_epoch_) {
    told_ = source_->tracks.list();
    told_epoch_ = frame.epoch;
    changed = true;
  }
  TrackRevision* const named = Frame::of(&frame)->track;
  const auto known = std::find_if(told_.begin(), told_.end(),
                                  [&](const auto& track) { return track->view.id == named->view.id; });
  if (known == told_.end()) {
    told_.push_back(named->shared_from_this());
    return true;
  }
  if (known->get() == named) return changed;
  *known = named->shared_from_this();
  return true;
}

bool PackagerSession::has_video() const {
  return std::any_of(told_.begin(), told_.end(),
                     [](const auto& track) { return track->view.kind == SLUICE_TRACK_VIDEO; });
}

bool PackagerSession::joins_at(const sluice_frame& frame) const {
  return !has_video() || (frame.track->kind == SLUICE_TRACK_VIDEO && (frame.flags & SLUICE_FRAME_KEY) != 0);
}

// ---- the packager

sluice_err PackagerSession::abi_err() {
  sluice_err err{};
  err.struct_size = sizeof err;
  return err;
}

template <class Method, class... Arguments>
sluice_status PackagerSession::call(Method method, Arguments... arguments) {
  if (method == nullptr) return SLUICE_STATUS_NOT_SUPPORTED;
  try {
    return method(arguments...);
  } catch (...) {
    return SLUICE_STATUS_INTERNAL;
  }
}

bool PackagerSession::open() {
  const sluice_packager_request request{sizeof request, 0, abi::borrow(packaging_->format),
                                        abi::borrow(packaging_->parameters), abi::borrow(source_->key)};
  sluice_err err = abi_err();
  tracks_told_ = false;
  const sluice_status status = call(packager_->open, packager_self_, &request, &session_, &err);
  if (status == SLUICE_STATUS_OK && session_ != nullptr) return true;
  session_ = nullptr;
  fail(status, err, "open");
  return false;
}

bool PackagerSession::tell_tracks() {
  std::vector<const sluice_track*> tracks;
  tracks.reserve(told_.size());
  for (const auto& track : told_) tracks.push_back(&track->view);
  sluice_err err = abi_err();
  const sluice_status status = call(packager_->tracks, session_, tracks.data(),
                                    static_cast<std::uint32_t>(tracks.size()), writer_.begin(true), &err);
  if (!take_chunks()) return false;
  if (status == SLUICE_STATUS_MEDIA || status == SLUICE_STATUS_NOT_SUPPORTED) {
    fail(SLUICE_STATUS_NOT_SUPPORTED, err, "tracks");
    return false;
  }
  if (!settle(status, err, "tracks")) return false;
  if (session_ == nullptr) return false;
  tracks_told_ = true;
  sluice_packager_description description{};
  description.struct_size = sizeof description;
  if (call(packager_->describe, session_, &description) == SLUICE_STATUS_OK) {
    table_.packaging_described(*packaging_, description);
  }
  return true;
}

// After a call of a running session: true, it goes on, perhaps with another session at the next key frame.
bool PackagerSession::settle(sluice_status status, const sluice_err& err, const char* method) {
  if (status == SLUICE_STATUS_OK && writer_.is_clean()) {
    failures_ = 0;
    return true;
  }
  if (++failures_ >= failures_most || !told_ready_) {
    fail(status == SLUICE_STATUS_OK ? SLUICE_STATUS_INTERNAL : status, err, method);
    return false;
  }
  close_session();
  needs_key_ = true;
  return true;
}

void PackagerSession::fail(sluice_status status, const sluice_err& err, const char* method) {
  std::string words = abi::text_of(err);
  if (words.empty()) words = std::string(method) + " returned " + std::to_string(status);
  finish({SessionEnd::Kind::failed,
          {static_cast<Errc>(status),
           "the packager of " + packaging_->format + " (module " + seat().id + ") refuses " + source_->key +
               ": " + words,
           ""},
          next_seq_});
}

void PackagerSession::close_session() {
  if (sluice_packager_session* const ending = std::exchange(session_, nullptr)) packager_->close(ending);
  tracks_told_ = false;
}

void PackagerSession::flush_session() {
  needs_key_ = true;
  if (session_ == nullptr || !tracks_told_) return;
  sluice_err err = abi_err();
  call(packager_->flush, session_, writer_.begin(false), &err);
  take_chunks();
}

// ---- the chunks

bool PackagerSession::take_chunks() {
  for (Chunk& chunk : writer_.chunks()) {
    if (!chunk.is_init()) {
      write(chunk);
      continue;
    }
    Failure failure;
    if (packaging_->chunks->tracks.set_chunks(chunk.joined(), chunk.is_quiet(), failure) == Errc::ok)
      continue;
    if (!over_) finish({SessionEnd::Kind::failed, failure, next_seq_});
    return false;
  }
  return true;
}

void PackagerSession::write(Chunk& chunk) {
  Stream& stream = *packaging_->chunks;
  const bool key = (chunk.facts.flags & SLUICE_CHUNK_KEY) != 0;
  Frame* const frame = starved_ && !key ? nullptr : frame_for(chunk);
  if (frame == nullptr) {
    starved_ = true;  // what follows is of no use without it
    raise(stream.counters.dropped_memory, 1);
    raise(lane_.tally_.dropped, 1);
    return;
  }
  starved_ = false;
  frame->track = stream.tracks.newest(1);
  ++frame->track->frames;
  frame->track_slot = frame->track->slot;
  bind_chunk(chunk, *frame);
  sluice_frame& view = frame->view;
  view.struct_size = sizeof view;
  view.flags = (key ? SLUICE_FRAME_KEY : 0u) |
               ((chunk.facts.flags & SLUICE_CHUNK_INDEPENDENT) != 0 ? SLUICE_FRAME_INDEPENDENT : 0u);
  view.epoch = epoch_;
  view.dts = view.pts = chunk.facts.dts;
  view.duration = chunk.facts.duration;
  view.capture_wall = wall_at_zero_ == SLUICE_TIME_NONE ? SLUICE_TIME_NONE : wall_at_zero_ + chunk.facts.dts;
  view.track = &frame->track->view;
  view.segment = chunk.facts.segment;
  view.part = chunk.facts.part;
  view.discontinuity = chunk.facts.discontinuity;
  view.side_data = nullptr;
  view.side_data_count = 0;
  raise(stream.counters.frames, 1);
  raise(stream.counters.bytes, view.bytes);
  if (key) raise(stream.counters.keys, 1);
  stream.log.append(*frame);
}

Frame* PackagerSession::frame_for(const Chunk& chunk) {
  Stream& stream = *packaging_->chunks;
  const std::uint64_t size = bound_size(chunk);
  Frame* const frame = stream.pool->take(size);
  if (frame != nullptr) return frame;
  stream.log.shed(2 * size, shed_at_most);
  return stream.pool->take(size);
}

// ---- the end

void PackagerSession::finish(SessionEnd end) {
  over_ = true;
  if (end.kind != SessionEnd::Kind::failed) flush_session();
  close_session();
  writer_.begin(false);
  told_.clear();
  if (Subscription* const ending = std::exchange(subscription_, nullptr)) {
    table_.leave_window(*ending);
    delete ending;
  }
  table_.session_over(*this, std::move(end));
}

}  // namespace sluice::engine
