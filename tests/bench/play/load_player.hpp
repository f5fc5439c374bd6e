// One player of the load client: joins like any player, proves that it got media from a key frame on, then
// only counts.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "socket.hpp"
#include "viewer_session.hpp"

namespace sluice::bench {

// Follows the indices in the frames of the synthetic stream.
class Continuity {
 public:
  void on_frame(const SeenFrame& frame);
  std::uint64_t seen() const { return seen_; }
  std::uint64_t faults() const { return faults_; }  // a gap, a repeat, or a first video frame that is no key

 private:
  std::optional<std::uint64_t> next_video_;
  std::optional<std::uint64_t> next_audio_;
  std::uint64_t seen_ = 0;
  std::uint64_t faults_ = 0;
};

class LoadPlayer {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  // A witness goes on parsing and checks every frame; any other lets the kernel drop what comes after the
  // first picture.
  LoadPlayer(std::uint16_t port, const MakeSession& make_session, bool witness);

  const Descriptor& socket() const { return socket_; }
  // Returns the epoll events it wants next; nothing when the connection has ended.
  std::optional<std::uint32_t> on_ready(std::uint32_t events, std::span<std::uint8_t> scratch,
                                        Clock::time_point now);

  // Counting begins anew: gaps and bytes of the window that starts now.
  void begin_window();
  // The silence that still lasts when the window ends counts as a gap too.
  void end_window(Clock::time_point now);

  bool has_picture() const { return first_picture_.has_value(); }
  bool has_ended() const { return !end_reason_.empty(); }
  const std::string& end_reason() const { return end_reason_; }
  std::uint64_t window_bytes() const { return window_bytes_; }
  // TCP segments, of which loopback makes one for each write up to 64 kB while there is room.
  std::uint64_t window_segments() const { return window_segments_; }
  Nanoseconds largest_gap() const { return largest_gap_; }
  const Continuity* continuity() const { return witness_ ? &continuity_ : nullptr; }
  std::uint64_t container_faults() const { return witness_ ? session_->faults() : 0; }

  // From the moment play was sent; from the moment of connect().
  std::optional<Nanoseconds> play_to_media() const { return since(requested_, first_media_); }
  std::optional<Nanoseconds> connect_to_media() const { return since(connected_, first_media_); }
  std::optional<Nanoseconds> play_to_picture() const { return since(requested_, first_picture_); }

 private:
  using Time = std::optional<Clock::time_point>;
  static std::optional<Nanoseconds> since(const Time& from, const Time& to);
  void read_and_parse(std::span<std::uint8_t> scratch);
  void read_and_drop();
  void count(std::size_t bytes);
  std::uint64_t segments() const;
  void on_media(const Sight& sight);
  void end(std::string reason) { end_reason_ = std::move(reason); }

  const bool witness_;
  Descriptor socket_;
  std::unique_ptr<ViewerSession> session_;
  Bytes output_;
  Clock::time_point now_;
  Time connected_, requested_, first_media_, first_picture_;
  Clock::time_point last_bytes_;
  Nanoseconds largest_gap_{0};
  std::uint64_t window_bytes_ = 0;
  std::uint64_t window_segments_ = 0;
  std::uint64_t segments_before_ = 0;
  Continuity continuity_;
  std::string end_reason_;
};

}  // namespace sluice::bench
