// One viewer: a cursor into its lane's window, and the lag policy. All [lane] but what is marked.
//
// Lag counts from the last moment at which nothing could be held against the viewer: its join, the last time
// it had read all, or the last skip. Over a bound:
//   1. disposable frames that wait are dropped
//   2. video goes on at a later key frame, cached or still to come; sound goes on unless it is too old as
//   well
//   3. nothing read at all for AppOptions::stuck_after: closed
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/chain.hpp"
#include "engine/letter.hpp"
#include "engine/requests.hpp"
#include "engine/track.hpp"
#include "engine/window.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class StreamTable;

class Subscription : public ChainHook {
 public:
  struct Batch {
    sluice_entry* entries = nullptr;
    std::uint32_t count = 0;
    std::uint64_t skipped = 0;
  };

  Subscription(StreamTable& table, Window& window, Lane& lane, SubscribeRequest request, std::uint64_t id);
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  Errc read(std::uint32_t max, Batch& out);
  // Fills what fits, returns how many there are. Borrowed until the next call of this or the close.
  std::uint32_t tracks(std::span<const sluice_track*> out);
  void sent(std::uint64_t bytes);
  void request_key(std::uint32_t track);

  StreamTable& table() const { return table_; }
  Lane& lane() const { return lane_; }
  Seat& seat() const { return seat_; }
  Stream& stream() const { return window_.stream(); }
  std::uint64_t id() const { return id_; }  // [any]
  const SubscribeRequest& request() const { return request_; }

 private:
  friend class Lane;
  friend class PackagerSession;
  friend class StreamTable;

  struct Closing {
    Errc why = Errc::gone;
    std::string reason;
  };

  void start();
  bool readable() const { return cursor_ < window_.hi() || window_.ended(); }
  void fell_out();
  void judge_lag();
  void skip_ahead();
  bool clean() const;
  bool passes(std::uint64_t seq);
  std::uint64_t find_run(std::uint64_t most);
  void show_position();
  void tell_evicted();
  static void deliver(Letter& letter, bool lane_runs);

  struct Post : Letter {
    explicit Post(Subscription& of) : Letter(&Subscription::deliver), owner(of) {}
    Subscription& owner;
  };

  StreamTable& table_;
  Window& window_;
  Lane& lane_;
  Seat& seat_;
  const SubscribeRequest request_;
  const std::uint64_t id_;
  const std::uint64_t max_bytes_;
  const std::int64_t max_time_;
  const std::int64_t stuck_after_;
  const std::int64_t since_;
  std::unique_ptr<SubscribeListener> listener_;
  TrackList listed_;
  Post post_;

  std::uint64_t cursor_ = 0;
  std::uint64_t counted_from_ = 0;  // lag counts from here
  std::uint64_t video_from_ = 0;    // video below passes by
  std::uint64_t other_from_ = 0;    // sound and other tracks below pass by
  std::uint64_t drop_below_ = 0;    // disposable frames below pass by
  std::uint16_t synced_ = 0;        // video tracks, by bit, whose key frame was read
  bool hold_ = false;               // nothing before the first key frame
  bool lagging_ = false;            // what is passed over now counts as skipped
  bool told_closed_ = false;
  std::int64_t progress_ = 0;
  std::uint64_t skipped_now_ = 0;
  std::optional<Closing> closing_;

  // Written by the lane, read by whoever reports.
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::uint64_t> skips_{0};
  std::atomic<std::uint64_t> shown_cursor_{0};
  std::atomic<std::uint64_t> shown_total_{0};  // stream bytes before the cursor
  std::atomic<std::int64_t> shown_dts_{0};

  // [table]
  std::optional<Closing> revocation_;
  bool doomed_ = false;
  std::uint64_t told_skips_ = 0;
};

}  // namespace sluice::engine
