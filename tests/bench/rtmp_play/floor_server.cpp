// The least a server can do: one thread, one epoll, one shared buffer, one gather write per player and frame
// (or per merge window). Answers are canned; of the requests only the names are looked for. It makes the
// stream itself.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <string_view>

#include "options.hpp"
#include "rtmp_messages.hpp"
#include "socket.hpp"
#include "stream_ring.hpp"
#include "synthetic_stream.hpp"

namespace sluice::bench {
namespace {

using namespace std::chrono_literals;

struct Player {
  Descriptor socket;
  std::uint64_t tag = 0;
  Bytes request;  // what came and was not answered yet
  Bytes answer;
  std::uint64_t position = 0;
  std::uint64_t joined_at_head = 0;  // a joining player gets the GOP at once, whatever the merge window
  enum class Stage { handshake, connect, create_stream, play, playing } stage = Stage::handshake;
  bool waits_for_room = false;
};

class FloorServer {
 public:
  FloorServer(std::uint16_t port, std::size_t chunk_size, std::chrono::milliseconds merge)
      : port_(port), chunk_size_(chunk_size), merge_(merge), listener_(listen_on_loopback(port_)) {
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
      for (const Epoll::Event& event : epoll_.wait(1s)) {
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
      const MessageHead head{.chunk_stream = static_cast<std::uint8_t>(next_.kind == Kind::video ? 6 : 4),
                             .type = static_cast<std::uint8_t>(next_.kind),
                             .timestamp_ms = next_.timestamp_ms,
                             .message_stream = 1};
      append_message(frame_bytes_, head, next_.body, chunk_size_);
      ring_.append(frame_bytes_, next_.key);
      next_ = stream_.next();
    }
    alarm_.set(started_ + next_.due);
    if (now < next_flush_) return;
    if (merge_ > 0ms) next_flush_ = std::max(next_flush_ + merge_, now);
    released_ = ring_.head();
    for (Player& player : players_)
      if (player.stage == Player::Stage::playing && !player.waits_for_room) send_media(player);
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
    if (player.stage == Player::Stage::playing) return;
    player.request.insert(player.request.end(), bytes.begin(), bytes.end());
    if (player.request.size() > 16'384) return drop(player);
    if (player.stage == Player::Stage::handshake && player.request.size() >= 1537) {
      player.answer.push_back(3);
      player.answer.insert(player.answer.end(), 1536, 0);  // S1
      player.answer.insert(player.answer.end(), player.request.begin() + 1, player.request.begin() + 1537);
      player.stage = Player::Stage::connect;
    }
    if (player.stage == Player::Stage::connect && asks(player, "connect")) answer_connect(player);
    if (player.stage == Player::Stage::create_stream && asks(player, "createStream")) {
      queue(player, message_type::amf0_command, 0,
            AmfBody().string("_result").number(2).null().number(1).bytes());
      player.stage = Player::Stage::play;
    }
    if (player.stage == Player::Stage::play && asks(player, "play")) answer_play(player);
  }

  static bool asks(const Player& player, std::string_view name) {
    const Bytes string = AmfBody().string(name).bytes();
    return std::search(player.request.begin(), player.request.end(), string.begin(), string.end()) !=
           player.request.end();
  }

  void answer_connect(Player& player) {
    append_number(player.answer, message_type::window_size, 2'500'000);
    append_number(player.answer, message_type::set_chunk_size, static_cast<std::uint32_t>(chunk_size_));
    AmfBody body;
    body.string("_result").number(1).begin_object().name("fmsVer").string("FMS/3,0,1,123").end_object();
    body.begin_object().name("level").string("status").name("code").string("NetConnection.Connect.Success");
    queue(player, message_type::amf0_command, 0, body.end_object().bytes());
    player.stage = Player::Stage::create_stream;
  }

  void answer_play(Player& player) {
    AmfBody body;
    body.string("onStatus").number(0).null().begin_object().name("level").string("status");
    body.name("code").string("NetStream.Play.Start").name("description").string("Playing").end_object();
    queue(player, message_type::amf0_command, 1, body.bytes());
    queue(player, message_type::video, 1, SyntheticStream::video_config());
    queue(player, message_type::audio, 1, SyntheticStream::audio_config());
    player.position = ring_.last_key();
    player.joined_at_head = ring_.head();
    player.stage = Player::Stage::playing;
    player.request = {};
  }

  void queue(Player& player, std::uint8_t type, std::uint32_t stream, std::span<const std::uint8_t> body) {
    append_message(player.answer, {.type = type, .message_stream = stream}, body, chunk_size_);
  }

  void send_media(Player& player) {
    if (!player.answer.empty() && !send_some(player.socket, player.answer)) return drop(player);
    const std::uint64_t goal = std::max(released_, player.joined_at_head);
    if (player.answer.empty() && player.stage == Player::Stage::playing && player.position < goal) {
      if (!ring_.still_holds(player.position)) return drop(player);
      std::array<iovec, 2> pieces;
      msghdr message{};
      message.msg_iov = pieces.data();
      message.msg_iovlen = static_cast<std::size_t>(ring_.pieces(player.position, goal, pieces));
      const ssize_t sent = ::sendmsg(player.socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) return drop(player);
      player.position += static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
    }
    const bool all_sent =
        player.answer.empty() && (player.stage != Player::Stage::playing || player.position >= goal);
    if (all_sent) return;
    player.waits_for_room = true;
    epoll_.change(player.socket, EPOLLIN | EPOLLOUT, player.tag);
  }

  // The slot stays, so that the tags of the others do.
  void drop(Player& player) {
    player.socket.close();
    player.stage = Player::Stage::handshake;
    player.waits_for_room = true;
  }

  std::uint16_t port_;
  std::size_t chunk_size_;
  std::chrono::milliseconds merge_;
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

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv, {{"--port", "0"}, {"--chunk-size", "65536"}, {"--merge-ms", "0"}});
  FloorServer(static_cast<std::uint16_t>(options.number("--port")),
              static_cast<std::size_t>(options.number("--chunk-size")),
              std::chrono::milliseconds(options.number("--merge-ms")))
      .run();
}
