#include "load_player.hpp"

#include <linux/tcp.h>  // the C library's header ends before tcpi_data_segs_in
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::bench {

void Continuity::on_frame(const SeenFrame& frame) {
  std::optional<std::uint64_t>& next = frame.kind == Kind::video ? next_video_ : next_audio_;
  const bool begins_wrong = frame.kind == Kind::video && !next && !frame.key;
  if (begins_wrong || (next && *next != frame.index)) ++faults_;
  next = frame.index + 1;
  ++seen_;
}

LoadPlayer::LoadPlayer(std::uint16_t port, const MakeSession& make_session, bool witness)
    : witness_(witness), session_(make_session(witness, [this](const Sight& sight) { on_media(sight); })) {
  connected_ = now_ = last_bytes_ = Clock::now();
  socket_ = connect_to_loopback(port, false);
}

std::optional<std::uint32_t> LoadPlayer::on_ready(std::uint32_t events, std::span<std::uint8_t> scratch,
                                                  Clock::time_point now) {
  now_ = now;
  if (has_ended()) return std::nullopt;
  if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
    if (has_picture() && !witness_)
      read_and_drop();
    else
      read_and_parse(scratch);
  }
  const Bytes answers = session_->take_output();
  output_.insert(output_.end(), answers.begin(), answers.end());
  if (!requested_ && session_->requested()) requested_ = Clock::now();
  if (!send_some(socket_, output_)) end("the server reset the connection");
  if (has_ended()) {
    socket_.close();
    return std::nullopt;
  }
  return output_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
}

void LoadPlayer::begin_window() {
  window_bytes_ = 0;
  segments_before_ = segments();
  largest_gap_ = Nanoseconds(0);
}

void LoadPlayer::end_window(Clock::time_point now) {
  largest_gap_ = std::max<Nanoseconds>(largest_gap_, now - last_bytes_);
  if (!has_ended()) window_segments_ = segments() - segments_before_;
}

std::optional<LoadPlayer::Nanoseconds> LoadPlayer::since(const Time& from, const Time& to) {
  if (!from || !to) return std::nullopt;
  return *to - *from;
}

void LoadPlayer::read_and_parse(std::span<std::uint8_t> scratch) {
  const ssize_t got = ::recv(socket_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return end(got == 0 ? "the server closed the connection" : std::strerror(errno));
  count(static_cast<std::size_t>(got));
  if (!session_->feed(scratch.first(static_cast<std::size_t>(got)))) end(session_->error());
}

// TCP drops without copying when asked to truncate, which keeps the client's own cost small.
void LoadPlayer::read_and_drop() {
  const ssize_t got = ::recv(socket_.get(), nullptr, 4U << 20, MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return end(got == 0 ? "the server closed the connection" : std::strerror(errno));
  count(static_cast<std::size_t>(got));
  session_->note_unread(static_cast<std::size_t>(got));
}

void LoadPlayer::count(std::size_t bytes) {
  largest_gap_ = std::max<Nanoseconds>(largest_gap_, now_ - last_bytes_);
  last_bytes_ = now_;
  window_bytes_ += bytes;
}

std::uint64_t LoadPlayer::segments() const {
  tcp_info counters{};
  socklen_t size = sizeof counters;
  if (::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &counters, &size) != 0) return 0;
  return counters.tcpi_data_segs_in;
}

void LoadPlayer::on_media(const Sight& sight) {
  if (!first_media_) first_media_ = now_;
  if (!first_picture_ && sight.picture) first_picture_ = now_;
  if (witness_ && sight.frame) continuity_.on_frame(*sight.frame);
}

}  // namespace sluice::bench
