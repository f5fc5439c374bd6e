// Loopback TCP for the benchmark's own peers. Whatever fails here ends the program: a benchmark that could
// not measure says so and stops.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sluice::bench {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, as timerfd's

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& from) noexcept {
    std::swap(fd_, from.fd_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

[[noreturn]] void fail(const std::string& what);
[[noreturn]] void fail_with_errno(const std::string& what);

// Port 0 lets the kernel choose; the chosen one is stored back.
Descriptor listen_on_loopback(std::uint16_t& port);
// `from`: the address it comes from, in 127.0.0.0/8, host byte order; 0: any.
Descriptor connect_to_loopback(std::uint16_t port, bool wait, std::uint32_t from = 0);
std::optional<Descriptor> accept_from(const Descriptor& listener);

// Non-blocking. Sends what the kernel takes and keeps the rest in `bytes`; false when the peer is gone.
bool send_some(const Descriptor& socket, std::vector<std::uint8_t>& bytes);

class Epoll {
 public:
  Epoll();
  void watch(const Descriptor& fd, std::uint32_t events, std::uint64_t tag);
  void change(const Descriptor& fd, std::uint32_t events, std::uint64_t tag);

  struct Event {
    std::uint64_t tag;
    std::uint32_t events;
  };
  // Waits at most `patience`; what it returns is valid until the next call.
  std::span<const Event> wait(std::chrono::milliseconds patience);

 private:
  Descriptor fd_;
  std::vector<Event> events_;
};

// A timer that fires at one time at once; reading it makes it quiet.
class Alarm {
 public:
  Alarm();
  const Descriptor& descriptor() const { return fd_; }
  void set(Clock::time_point when);
  void clear();

 private:
  Descriptor fd_;
};

void raise_descriptor_limit();

}  // namespace sluice::bench
