#include "kit/tcp_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace sluice::kit {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

bool wait_for(int fd, short events, Clock::time_point until) {
  pollfd waiting{fd, events, 0};
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    const int count = ::poll(&waiting, 1, static_cast<int>(std::max<long long>(left, 0)));
    if (count > 0) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

}  // namespace

TcpPeer::TcpPeer(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ >= 0 && ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) close();
}

std::size_t TcpPeer::send(std::string_view bytes, milliseconds patience) {
  const auto until = Clock::now() + patience;
  std::size_t sent = 0;
  while (fd_ >= 0 && sent < bytes.size()) {
    const auto count = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && errno != EAGAIN) {
      break;
    } else if (!wait_for(fd_, POLLOUT, until)) {
      break;
    }
  }
  return sent;
}

TcpPeer::Heard TcpPeer::listen(milliseconds patience) {
  if (fd_ < 0) return Heard::hung_up;
  if (!wait_for(fd_, POLLIN, Clock::now() + patience)) return Heard::silence;
  std::array<char, 16 * 1024> bytes;
  const auto count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) return Heard::bytes;
  return count < 0 && errno == EAGAIN ? Heard::silence : Heard::hung_up;
}

void TcpPeer::shut_writing() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

void TcpPeer::reset() {
  const linger at_once{1, 0};
  if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void TcpPeer::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace sluice::kit
