// The least a server can do: one thread, one epoll, one shared buffer, one gather write per player and frame
// (or per merge window). It makes the stream itself. A Protocol gives the bytes:
//
//   void append(const StreamFrame&, Bytes& out);    // the frame as every player gets it
//   struct Talk;                                    // where a player's dialogue stands
//   Turn on_request(Talk&, const Bytes& request, Bytes& answer);   // canned answers
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>

#include "socket.hpp"
#include "stream_ring.hpp"
#include "synthetic_stream.hpp"

namespace sluice::bench {

enum class Turn { talk, play };

template <class Protocol>
class Floor {
  struct Player {
    Descriptor socket;
    std::uint64_t tag = 0;
    typename Protocol::Talk talk{};
    Bytes request;  // what came and was not answered yet
    Bytes answer;
    std::uint64_t position = 0;
    std::uint64_t joined_at_head = 0;  // a joining player gets the GOP at once, whatever the merge window
    bool playing = false;
    bool waits_for_room = false;
  };

 public:
  Floor(std::uint16_t port, std::chrono::milliseconds merge, Protocol protocol)
      : port_(port), merge_(merge), protocol_(std::move(protocol)), listener_(listen_on_loopback(port_)) {
    epoll_.watch(listener_, EPOLLIN, from_listener);
    epoll_.watch(alarm_.descriptor(), EPOLLIN, from_alarm);
    epoll_.watch(stdin_, EPOLLIN, from_stdin);
  }

  void run() {
    std::printf("listening %d\n", port_);
    std::fflush(stdout);
    started_ = Clock::now();
    next_ = stream_.next();
    on_alarm();
    while (!ended_) {
      for (const Epoll::Event& event : epoll_.wait(std::chrono::seconds(1))) {
        if (event.tag == from_stdin)
          ended_ = ::read(stdin_.get(), scratch_.data(), scratch_.size()) <= 0;
        else if (event.tag == from_listener)
          accept_players();
        else if (event.tag == from_alarm)
          on_alarm();
        else
          on_player(players_[event.tag - first_player], event);
      }
    }
  }

 private:
  enum Tag : std::uint64_t { from_listener, from_alarm, from_stdin, first_player };

  void on_alarm() {
    alarm_.clear();
    const auto now = Clock::now();
    while (started_ + next_.due <= now) {
      frame_bytes_.clear();
      protocol_.append(next_, frame_bytes_);
      ring_.append(frame_bytes_, next_.key);
      next_ = stream_.next();
    }
    alarm_.set(started_ + next_.due);
    if (now < next_flush_) return;
    if (merge_.count() > 0) next_flush_ = std::max(next_flush_ + merge_, now);
    released_ = ring_.head();
    for (Player& player : players_)
      if (player.playing && !player.waits_for_room) send_media(player);
  }

  void accept_players() {
    while (auto socket = accept_from(listener_)) {
      Player& player = players_.emplace_back();
      player.socket = std::move(*socket);
      player.tag = first_player + players_.size() - 1;
      epoll_.watch(player.socket, EPOLLIN, player.tag);
    }
  }

  void on_player(Player& player, const Epoll::Event& event) {
    if (!player.socket.is_open()) return;
    if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
      const ssize_t got = ::recv(player.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(player);
      if (got > 0) on_request(player, {scratch_.data(), static_cast<std::size_t>(got)});
    }
    if (event.events & EPOLLOUT) {
      player.waits_for_room = false;
      epoll_.change(player.socket, EPOLLIN, player.tag);
    }
    if (player.socket.is_open() && !player.waits_for_room) send_media(player);
  }

  void on_request(Player& player, std::span<const std::uint8_t> bytes) {
    if (player.playing) return;
    player.request.insert(player.request.end(), bytes.begin(), bytes.end());
    if (player.request.size() > 16'384) return drop(player);
    if (protocol_.on_request(player.talk, player.request, player.answer) == Turn::talk) return;
    player.position = ring_.last_key();
    player.joined_at_head = ring_.head();
    player.playing = true;
    player.request = {};
  }

  void send_media(Player& player) {
    if (!player.answer.empty() && !send_some(player.socket, player.answer)) return drop(player);
    const std::uint64_t goal = std::max(released_, player.joined_at_head);
    if (player.answer.empty() && player.playing && player.position < goal) {
      if (!ring_.still_holds(player.position)) return drop(player);
      std::array<iovec, 2> pieces;
      msghdr message{};
      message.msg_iov = pieces.data();
      message.msg_iovlen = static_cast<std::size_t>(ring_.pieces(player.position, goal, pieces));
      const ssize_t sent = ::sendmsg(player.socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) return drop(player);
      player.position += static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
    }
    const bool all_sent = player.answer.empty() && (!player.playing || player.position >= goal);
    if (all_sent) return;
    player.waits_for_room = true;
    epoll_.change(player.socket, EPOLLIN | EPOLLOUT, player.tag);
  }

  // The slot stays, so that the tags of the others do.
  void drop(Player& player) {
    player.socket.close();
    player.playing = false;
    player.waits_for_room = true;
  }

  std::uint16_t port_;
  std::chrono::milliseconds merge_;
  Protocol protocol_;
  Epoll epoll_;
  Descriptor listener_;
  Descriptor stdin_{0};
  Alarm alarm_;
  SyntheticStream stream_;
  StreamFrame next_;
  StreamRing ring_;
  std::uint64_t released_ = 0;  // how far players may be sent: the head, or the end of the last merge window
  Clock::time_point started_;
  Clock::time_point next_flush_;
  std::deque<Player> players_;
  Bytes frame_bytes_;
  bool ended_ = false;
  std::array<std::uint8_t, 65'536> scratch_;
};

}  // namespace sluice::bench
