#include "socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sluice::bench {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void switch_on(int fd, int level, int option) {
  const int on = 1;
  if (::setsockopt(fd, level, option, &on, sizeof on) != 0) fail_with_errno("setsockopt");
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

void fail_with_errno(const std::string& what) { fail(what + ": " + std::strerror(errno)); }

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Descriptor listen_on_loopback(std::uint16_t& port) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) fail_with_errno("socket");
  switch_on(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) fail_with_errno("bind");
  if (::listen(fd.get(), 4096) != 0) fail_with_errno("listen");
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail_with_errno("getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

Descriptor connect_to_loopback(std::uint16_t port, bool wait, std::uint32_t from) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0));
  if (!fd.is_open()) fail_with_errno("socket");
  switch_on(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  if (from != 0) {
    switch_on(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    sockaddr_in own = loopback(0);
    own.sin_addr.s_addr = htonl(from);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail_with_errno("bind");
  }
  const sockaddr_in address = loopback(port);
  const int result = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result != 0 && errno != EINPROGRESS) fail_with_errno("connect to port " + std::to_string(port));
  return fd;
}

std::optional<Descriptor> accept_from(const Descriptor& listener) {
  Descriptor fd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.is_open()) return std::nullopt;
  switch_on(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

bool send_some(const Descriptor& socket, std::vector<std::uint8_t>& bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    bytes.erase(bytes.begin(), bytes.begin() + sent);
  }
  return true;
}

Epoll::Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!fd_.is_open()) fail_with_errno("epoll_create1");
}

void Epoll::watch(const Descriptor& fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0) fail_with_errno("epoll_ctl add");
}

void Epoll::change(const Descriptor& fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd.get(), &event) != 0) fail_with_errno("epoll_ctl mod");
}

std::span<const Epoll::Event> Epoll::wait(std::chrono::milliseconds patience) {
  std::array<epoll_event, 512> ready;
  const int count = ::epoll_wait(fd_.get(), ready.data(), static_cast<int>(ready.size()),
                                 static_cast<int>(patience.count()));
  if (count < 0 && errno != EINTR) fail_with_errno("epoll_wait");
  events_.clear();
  for (int i = 0; i < count; ++i)
    events_.push_back(
        {ready[static_cast<std::size_t>(i)].data.u64, ready[static_cast<std::size_t>(i)].events});
  return events_;
}

Alarm::Alarm() : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (!fd_.is_open()) fail_with_errno("timerfd_create");
}

void Alarm::set(Clock::time_point when) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
  const itimerspec spec{.it_interval = {},
                        .it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000}};
  if (::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) != 0)
    fail_with_errno("timerfd_settime");
}

void Alarm::clear() {
  std::uint64_t times = 0;
  while (::read(fd_.get(), &times, sizeof times) > 0) {
  }
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail_with_errno("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) fail_with_errno("setrlimit");
}

}  // namespace sluice::bench
