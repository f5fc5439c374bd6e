// Publishes the synthetic stream to an RTMP server, each frame at its time, until standard input ends.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>

#include "client_session.hpp"
#include "options.hpp"
#include "send_times.hpp"
#include "socket.hpp"
#include "synthetic_stream.hpp"

namespace sluice::bench {
namespace {

using namespace std::chrono_literals;

class Publisher {
 public:
  // `times`: where to note when each frame was sent; empty: nowhere.
  Publisher(std::uint16_t port, Target target, const std::string& times)
      : socket_(connect_to_loopback(port, true)),
        session_(ClientSession::Role::publish, std::move(target), [](auto&) {}) {
    if (!times.empty()) times_.emplace(times);
    epoll_.watch(socket_, EPOLLIN, from_server);
    epoll_.watch(alarm_.descriptor(), EPOLLIN, from_alarm);
    epoll_.watch(stdin_, EPOLLIN, from_stdin);
  }

  void run() {
    flush();
    while (!ended_) {
      for (const Epoll::Event& event : epoll_.wait(1s)) {
        if (event.tag == from_stdin) ended_ = ::read(stdin_.get(), scratch_.data(), scratch_.size()) <= 0;
        if (event.tag == from_server) on_readable();
        if (event.tag == from_alarm) on_alarm();
      }
      flush();
    }
    std::printf("{\"frames\": %zu, \"worst_lateness_us\": %lld}\n", frames_,
                static_cast<long long>(worst_lateness_.count() / 1000));
  }

 private:
  enum Tag : std::uint64_t { from_server, from_alarm, from_stdin };
  static constexpr std::size_t most_waiting = 16U << 20;

  void on_readable() {
    const ssize_t got = ::recv(socket_.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
    if (got == 0) fail("the server closed the publisher's connection");
    if (got < 0) return;
    if (!session_.feed({scratch_.data(), static_cast<std::size_t>(got)}))
      fail("publisher: " + session_.error());
    if (session_.granted() && frames_ == 0) begin();
  }

  void begin() {
    AmfBody metadata;
    metadata.string("@setDataFrame").string("onMetaData").begin_object();
    metadata.name("width").number(128).name("height").number(96).name("framerate").number(25);
    metadata.name("videocodecid").number(7).name("audiocodecid").number(10).end_object();
    queue(message_type::amf0_metadata, 4, 0, metadata.bytes());
    queue(message_type::video, 6, 0, SyntheticStream::video_config());
    queue(message_type::audio, 4, 0, SyntheticStream::audio_config());
    std::puts("publishing");
    std::fflush(stdout);
    started_ = Clock::now();
    next_ = stream_.next();
    on_alarm();
  }

  void on_alarm() {
    alarm_.clear();
    const auto now = Clock::now();
    while (started_ + next_.due <= now) {
      worst_lateness_ = std::max<std::chrono::nanoseconds>(worst_lateness_, now - started_ - next_.due);
      const bool is_video = next_.kind == Kind::video;
      queue(static_cast<std::uint8_t>(next_.kind), is_video ? 6 : 4, next_.timestamp_ms, next_.body);
      ++frames_;
      note_sent(next_);
      next_ = stream_.next();
    }
    alarm_.set(started_ + next_.due);
  }

  void note_sent(const StreamFrame& frame) {
    if (!times_) return;
    if (const auto seen = look_at(frame.kind, frame.body))
      times_->note(frame.kind, seen->index, Clock::now());
  }

  void queue(std::uint8_t type, std::uint8_t chunk_stream, std::uint32_t time,
             std::span<const std::uint8_t> body) {
    append_message(waiting_,
                   {.chunk_stream = chunk_stream, .type = type, .timestamp_ms = time, .message_stream = 1},
                   body, ClientSession::chunk_size);
  }

  void flush() {
    const Bytes answers = session_.take_output();
    waiting_.insert(waiting_.end(), answers.begin(), answers.end());
    if (!send_some(socket_, waiting_)) fail("the server closed the publisher's connection");
    if (waiting_.size() > most_waiting) fail("the server does not read what is published");
    epoll_.change(socket_, waiting_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, from_server);
  }

  Epoll epoll_;
  Alarm alarm_;
  Descriptor stdin_{0};
  Descriptor socket_;
  ClientSession session_;
  SyntheticStream stream_;
  StreamFrame next_;
  Clock::time_point started_;
  std::optional<SendTimes> times_;
  Bytes waiting_;
  std::size_t frames_ = 0;
  std::chrono::nanoseconds worst_lateness_{0};
  bool ended_ = false;
  std::array<std::uint8_t, 65'536> scratch_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  const Options options(argc, argv,
                        {{"--port", "1935"}, {"--app", "live"}, {"--stream", "cam"}, {"--times", ""}});
  const auto port = static_cast<std::uint16_t>(options.number("--port"));
  const std::string url = "rtmp://127.0.0.1:" + options.text("--port") + "/" + options.text("--app");
  Publisher(port, {options.text("--app"), options.text("--stream"), url}, options.text("--times")).run();
}
