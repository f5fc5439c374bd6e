#include "answer_line.hpp"

#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace sluice::bench {
namespace {

constexpr std::size_t head_limit = 16'384;

// Of the wall clock, which the kernel stamps with, against ours. Taken once: both run at the same rate.
std::chrono::nanoseconds wall_ahead() {
  static const std::chrono::nanoseconds ahead = [] {
    timespec wall{};
    ::clock_gettime(CLOCK_REALTIME, &wall);
    const auto own = Clock::now().time_since_epoch();
    return std::chrono::seconds(wall.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec) - own;
  }();
  return ahead;
}

// SO_TIMESTAMPNS: of the last byte of a read.
Clock::time_point arrival_of(const msghdr& message) {
  for (const cmsghdr* note = CMSG_FIRSTHDR(&message); note;
       note = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(note))) {
    if (note->cmsg_level != SOL_SOCKET || note->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(note), sizeof at);
    return Clock::time_point(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec) -
                             wall_ahead());
  }
  return Clock::now();
}

}  // namespace

void AnswerLine::begin() {
  const int on = 1;
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
    fail_with_errno("SO_TIMESTAMPNS");
  wall_ahead();
}

void AnswerLine::ask(const std::string& path) {
  const std::string request = "GET " + path +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n"
                              "Accept-Encoding: gzip, deflate\r\n\r\n";
  answer_.status = 0;
  answer_.body.clear();
  answer_.asked = Clock::now();
  head_.clear();
  in_body_ = whole_ = idle_ = false;
  const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(request.size())) error_ = "a request cannot be sent";
}

bool AnswerLine::read(std::span<char> scratch) {
  while (error_.empty() && !whole_) {
    iovec place{scratch.data(), scratch.size()};
    alignas(cmsghdr) char notes[64];
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = notes;
    message.msg_controllen = sizeof notes;
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) {
      error_ = got == 0 ? "the server closed the connection" : std::strerror(errno);
    } else if (idle_) {
      error_ = "an answer came that was not asked for";
    } else {
      take({scratch.data(), static_cast<std::size_t>(got)}, arrival_of(message));
    }
  }
  return whole_ && error_.empty();
}

void AnswerLine::take(std::string_view bytes, Clock::time_point arrived) {
  if (!in_body_) {
    if (head_.empty()) answer_.first_byte = arrived;
    const std::size_t before = head_.size();
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (head_.size() > head_limit) error_ = "an answer's head has no end";
      return;
    }
    bytes.remove_prefix(end + 4 - before);
    head_.resize(end + 2);
    if (!read_head()) return;
  }
  if (bytes.size() > left_) {
    error_ = "an answer is longer than it said";
    return;
  }
  answer_.body += bytes;
  left_ -= bytes.size();
  answer_.last_byte = arrived;
  whole_ = idle_ = left_ == 0;
}

bool AnswerLine::read_head() {
  const std::string_view head = head_;
  const std::size_t field = head.find("\r\nContent-Length: ");
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12 || field == std::string_view::npos) {
    error_ = "an answer has no length";
    return false;
  }
  std::from_chars(head.data() + 9, head.data() + 12, answer_.status);
  const char* const length = head.data() + field + 18;
  std::from_chars(length, head.data() + head.size(), left_);
  in_body_ = true;
  return true;
}

}  // namespace sluice::bench
