// What stands behind a listener: the sockets, shared by the generations of one module, and the thread's
// sleep. For the two halves of Listeners only.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/listeners.hpp"
#include "net/unix_socket.hpp"

namespace sluice::net {

// Closed when the last listener lets go of it.
struct SharedSocket {
  SharedSocket(const ListeningSocket& opened, const config::ListenAddress& address)
      : socket(opened), wanted(address) {}
  ~SharedSocket() {
    if (!socket.file.path.empty()) remove(socket.file);
    ::close(socket.fd);
  }
  SharedSocket(const SharedSocket&) = delete;
  SharedSocket& operator=(const SharedSocket&) = delete;

  const ListeningSocket socket;
  const config::ListenAddress wanted;
  bool watched = false;
};

struct Listener {
  enum class Phase { standby, active, retired };

  ListenRequest request;
  std::vector<std::shared_ptr<SharedSocket>> sockets;
  Phase phase = Phase::active;
  std::size_t open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
};

// The accept thread sleeps in epoll, or, while it pauses accepting, on the eventfd alone.
class Listeners::Wakeup {
 public:
  Wakeup() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watch(event_);
  }
  ~Wakeup() {
    ::close(epoll_);
    ::close(event_);
  }
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  void forget(int fd) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }
  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
  }
  void sleep(int timeout_ms, bool accepting) {
    pollfd waiting{accepting ? epoll_ : event_, POLLIN, 0};
    ::poll(&waiting, 1, timeout_ms);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(event_, &count, sizeof count);
  }
  // Listening sockets that have somebody waiting.
  template <class Each>
  void ready(Each each) {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.fd != event_)
        each(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  int epoll_, event_;
};

// The system has no descriptor or memory left for one more socket.
bool descriptors_exhausted(int error);

}  // namespace sluice::net
