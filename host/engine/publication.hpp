// One publisher's hold on a stream. Belongs to a lane; all but what is marked [table] is called there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/frame.hpp"
#include "engine/letter.hpp"
#include "engine/requests.hpp"
#include "engine/stream.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class StreamTable;

struct FrameFacts {
  std::uint32_t track = 0;
  std::uint32_t flags = 0;
  std::uint64_t size = 0;
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  std::int64_t capture_wall = 0;
};

class Publication {
 public:
  Publication(StreamTable& table, Lane& lane, std::shared_ptr<Stream> stream, Peer peer, std::uint64_t epoch,
              std::uint64_t max_frame);
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;

  Result<std::uint32_t> track_add(const sluice_track& track, Failure& failure);
  Errc track_update(std::uint32_t id, const sluice_track& track, Failure& failure);
  Errc frame_begin(std::uint64_t size, Frame*& out);
  // Consumes the frame in every case. No lock, no wait, no allocation.
  Errc frame_publish(Frame& frame, const FrameFacts& facts);
  void frame_abandon(Frame& frame);

  StreamTable& table() const { return table_; }
  Lane& lane() const { return lane_; }
  Stream& stream() const { return *stream_; }
  const std::shared_ptr<Stream>& stream_handle() const { return stream_; }
  const Peer& peer() const { return peer_; }
  std::uint64_t epoch() const { return epoch_; }
  Seat& seat() const { return seat_; }

 private:
  friend class StreamTable;

  struct Revocation {
    Errc why = Errc::cancelled;
    std::string reason;
    End how = End::lost;
  };

  Frame* take(std::uint64_t size);
  bool admit(const TrackRevision& track, std::uint32_t flags, Errc& refusal);
  void describe(Frame& frame, const TrackRevision& track, const FrameFacts& facts);
  std::int64_t wall_of(std::int64_t dts, bool broken);
  void count(const Frame& frame);
  static void deliver(Letter& letter, bool lane_runs);

  struct Post : Letter {
    explicit Post(Publication& of) : Letter(&Publication::deliver), owner(of) {}
    Publication& owner;
  };

  StreamTable& table_;
  Lane& lane_;
  Seat& seat_;
  const std::shared_ptr<Stream> stream_;
  const Peer peer_;
  const std::uint64_t epoch_;
  const std::uint64_t max_frame_;
  std::unique_ptr<PublishListener> listener_;
  Post post_;

  bool live_ = true;  // changed on the lane, under the table's mutex
  bool ran_ = false;  // wrote a frame
  bool starved_ = false;
  std::uint16_t need_key_ = 0xffff;       // by track slot
  std::atomic<std::uint64_t> drafts_{0};  // begun, neither published nor abandoned; for reports
  std::uint64_t gop_frames_ = 0;
  std::int64_t last_key_ = SLUICE_TIME_NONE;
  std::int64_t wall_at_zero_ = SLUICE_TIME_NONE;

  // [table]
  std::optional<Revocation> revocation_;
  bool doomed_ = false;                       // ended while its letter was on the way
  std::atomic<std::uint64_t> key_wanted_{0};  // track + 1
};

}  // namespace sluice::engine
