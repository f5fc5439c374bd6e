#include "kit/audience.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/lane.hpp"
#include "engine/subscription.hpp"
#include "kit/room.hpp"
#include "kit/track_check.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {
namespace {

class Viewer final : public engine::SubscribeListener {
 public:
  Viewer(std::shared_ptr<Sighting> seen, Manner manner) : seen_(std::move(seen)), manner_(manner) {}

  void on_done(engine::Subscription* subscription, const engine::Failure&) override {
    ++seen_->answers;
    seen_->admitted = subscription != nullptr;
    // Decided before the cancel came.
    if (subscription != nullptr && manner_ == Manner::cancels) {
      engine::Engine::subscription_close(subscription, "cancelled");
    }
  }

  void on_ready(engine::Subscription& subscription) override {
    if (manner_ == Manner::never_reads) return;
    std::array<const sluice_track*, 16> tracks{};
    const auto count = subscription.tracks(tracks);
    for (std::size_t i = 0; i < std::min<std::size_t>(count, tracks.size()); ++i)
      seen_->note_track(*tracks[i]);
    engine::Subscription::Batch batch;
    do {
      if (subscription.read(64, batch) != engine::Errc::ok) return;
      for (std::uint32_t i = 0; i < batch.count; ++i) seen_->note_frame(*batch.entries[i].frame);
    } while (batch.count != 0);
  }

  void on_closed(engine::Errc, std::string_view) override { seen_->closed = true; }

 private:
  const std::shared_ptr<Sighting> seen_;
  const Manner manner_;
};

}  // namespace

void Sighting::note_track(const sluice_track& track) {
  const std::lock_guard lock(mutex_);
  auto& seen = tracks_[track.id];
  seen.kind = track.kind;
  seen.codec = track.codec;
  if (seen.defect.empty()) seen.defect = track_defect(track);
}

void Sighting::note_frame(const sluice_frame& frame) {
  const std::lock_guard lock(mutex_);
  if (last_seq_ != 0) missing_ += frame.seq - last_seq_ - 1;
  last_seq_ = frame.seq;
  auto& seen = tracks_[frame.track->id];
  seen.kind = frame.track->kind;
  seen.codec = frame.track->codec;
  if (seen.defect.empty()) seen.defect = track_defect(*frame.track);
  if (seen.defect.empty()) {
    if (auto defect = frame_defect(frame); !defect.empty()) {
      seen.defect = "frame " + std::to_string(frame.seq) + ": " + std::move(defect);
    }
  }
  const bool key = (frame.flags & SLUICE_FRAME_KEY) != 0;
  if (seen.frames == 0 || key) {
    seen.last_key = frame.dts;
  } else {
    seen.longest_gap = std::max(seen.longest_gap, frame.dts - seen.last_key);
  }
  ++seen.frames;
  seen.keys += key ? 1 : 0;
}

std::map<std::uint32_t, TrackSeen> Sighting::tracks() const {
  const std::lock_guard lock(mutex_);
  return tracks_;
}

std::size_t Sighting::frames() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [id, track] : tracks_) count += track.frames;
  return count;
}

Audience::Audience(Room& room) : room_(room) {
  seat_.id = "kit";
  seat_.version = "1";
  seat_.host = room.host_services();
  room.services->join(seat_, {});
  seat_.lanes.push_back(room.engine->lane_open(seat_, 0));
  threads_.start(seat_.id, seat_.lanes, [](engine::Lane& lane, unsigned) { lane.run(); });
  modules::call_on(*seat_.lanes.front(), std::chrono::seconds(5), [] {});  // its thread runs
}

Audience::~Audience() {
  room_.engine->shut_for_new(seat_);
  for (auto* lane : seat_.lanes) room_.engine->lane_end(lane);
  threads_.join(std::chrono::seconds(5));
  seat_.ledger.reclaim_all();
  room_.services->leave(seat_);
  for (auto* lane : seat_.lanes) room_.engine->lane_close(lane);
}

std::shared_ptr<Sighting> Audience::watch(const std::string& stream, Manner manner,
                                          const std::string& format) {
  auto seen = std::make_shared<Sighting>();
  engine::SubscribeRequest request;
  request.key = stream;
  request.start = engine::Start::cache;
  request.format = format;
  request.peer.protocol = "kit";
  request.peer.local_module = true;
  struct Begin {
    Room& room;
    Seat& seat;
    engine::SubscribeRequest request;
    std::shared_ptr<Sighting> seen;
    Manner manner;
  };
  auto* const begin = new Begin{room_, seat_, std::move(request), seen, manner};
  // On the lane: only there may a begin be taken back.
  const auto posted = seat_.lanes.front()->post(
      [](void* context) {
        const std::unique_ptr<Begin> self(static_cast<Begin*>(context));
        engine::Operation* operation = nullptr;
        const auto code = self->room.engine->subscribe_begin(
            self->seat, *self->seat.lanes.front(), std::move(self->request),
            std::make_unique<Viewer>(self->seen, self->manner), &operation);
        if (code != engine::Errc::ok) ++self->seen->answers;  // refused at once: there is no other answer
        if (code == engine::Errc::ok && self->manner == Manner::cancels) engine::Engine::cancel(operation);
      },
      begin);
  if (posted != engine::Errc::ok) delete begin;
  return seen;
}

}  // namespace sluice::kit
