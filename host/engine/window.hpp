// What one lane holds of one stream's log. References are taken once per frame and lane; from here on every
// reader on the lane is plain integers.
//
//   log      first .......................... head          shared, atomic
//   window      [lo ................. hi)                    the lane's own ring, follows the log's first
//   readers         ^A cursor   ^B cursor ^ hi: A, B, ... have read all: armed
#pragma once

#include <cstdint>
#include <memory>

#include "engine/chain.hpp"
#include "engine/frame_log.hpp"

namespace sluice::engine {

class Lane;
struct Stream;
class Subscription;

class Window {
 public:
  // What readers look at without touching the frame.
  struct Mark {
    std::int64_t dts = 0;
    std::uint64_t total_before = 0;
    std::uint64_t disposable_before = 0;
    std::uint16_t video = 0;  // the track's bit, 0: no video
    bool key = false;
    bool disposable = false;
  };

  Window(Lane& lane, std::shared_ptr<Stream> stream);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  void attach();
  void pull();   // take what is new, let go of what the log let go of
  void leave();  // drop all; the window stays until settled
  bool settled() const;

  Stream& stream() const { return *stream_; }
  const std::shared_ptr<Stream>& stream_handle() const { return stream_; }
  std::uint64_t lo() const { return lo_; }
  std::uint64_t hi() const { return hi_; }
  bool ended() const { return ended_; }  // hi is the end of the stream
  const Mark& mark(std::uint64_t seq) const { return marks_[seq & mask_]; }
  sluice_entry* entries(std::uint64_t seq) const { return &entries_[seq & mask_]; }
  // Entries from `seq` that lie side by side.
  std::uint64_t run(std::uint64_t seq) const;
  std::uint64_t newest_key() const {
    return newest_key_ >= lo_ ? newest_key_ : 0;
  }  // of a video track; 0: none
  std::uint64_t oldest_key() const;
  // The first number at or after `from` whose dts is at least `dts`.
  std::uint64_t find_dts(std::uint64_t from, std::int64_t dts) const;
  std::uint16_t video_seen() const { return video_seen_; }
  std::uint64_t total() const { return total_; }  // stream bytes before hi
  std::uint64_t disposable_total() const { return disposable_total_; }
  std::int64_t newest_dts() const { return newest_dts_; }
  std::uint64_t lapped() const { return lapped_; }

  Chain<Subscription> armed;  // read to the end; to be told when there is more
  std::size_t subscriptions = 0;

 private:
  void load(std::uint64_t head);
  void push(Frame& frame);
  void pop();
  void expire();
  void grow();
  void clear();
  void tell_tally();

  Lane& lane_;
  std::shared_ptr<Stream> stream_;
  FrameLog& log_;
  Link* link_ = nullptr;
  FrameLog::Farewell farewell_;

  std::unique_ptr<sluice_entry[]> entries_;
  std::unique_ptr<Mark[]> marks_;
  std::uint64_t mask_ = 0;
  std::uint64_t lo_ = 1;
  std::uint64_t hi_ = 1;
  std::uint64_t newest_key_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t disposable_total_ = 0;
  std::int64_t newest_dts_ = 0;
  std::uint64_t lapped_ = 0;
  std::uint64_t told_frames_ = 0;  // to the lane's tally
  std::uint64_t told_bytes_ = 0;
  std::uint16_t video_seen_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::engine
