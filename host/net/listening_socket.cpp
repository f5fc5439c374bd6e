#include "net/listening_socket.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::net {

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

Result<ListeningSocket> open_one(const Address& address, bool dual_stack) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return last_error();
  const int on = 1, only_v6 = dual_stack ? 0 : 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  ListeningSocket socket{fd, address, {}};
  socket.bound.size = sizeof socket.bound.storage;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd, 4096) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&socket.bound.storage), &socket.bound.size) != 0) {
    const auto error = last_error();
    ::close(fd);
    return error;
  }
  return socket;
}

bool no_ipv6(const error_code& error) {
  return error.value() == EAFNOSUPPORT || error.value() == EADDRNOTAVAIL || error.value() == EPROTONOSUPPORT;
}

}  // namespace

Result<ListeningSocket> open_socket(const Address& address, bool every) {
  auto socket = open_one(address, every);
  if (every && socket.has_error() && no_ipv6(socket.error())) {
    return open_one(any_address(AF_INET, address.port()), false);
  }
  return socket;
}

}  // namespace sluice::net
