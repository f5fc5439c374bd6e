// Socket addresses: from configuration to what bind() takes, and from what accept() gives to text.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/listen_address.hpp"
#include "sluice/result.hpp"

namespace sluice::net {

enum class NetErrc { unknown_host = 1, bind_failed, no_room };
error_code make_error_code(NetErrc code);

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  std::uint16_t port() const;  // 0 of a Unix socket
  void set_port(std::uint16_t port);
};

// One or more addresses to bind (a name may have several), none of them a file. Every address of this host:
// IPv6 any; see open_socket.
Result<std::vector<Address>> resolve(const config::ListenAddress& address);
Address any_address(int family, std::uint16_t port);

// "192.0.2.7:1935", "[2001:db8::1]:1935", "unix:/run/cam.sock"; mapped IPv4 as IPv4.
std::string text_of(const Address& address);
// The same of a peer: who comes through a Unix socket is "unix", whatever its own end is called.
std::string peer_text(const Address& address);
bool is_loopback(const Address& address);  // 127/8, ::1, ::ffff:127/8, Unix sockets
// What a per-address limit counts by: the IPv4 address, the /64 of an IPv6 one (one household has a whole
// /64), or "unix".
std::string limit_key(const Address& address);

// Of a peer's address as peer_text writes it, also without port; anything else is not loopback.
bool is_loopback_text(std::string_view peer);

}  // namespace sluice::net

template <>
struct boost::system::is_error_code_enum<sluice::net::NetErrc> : std::true_type {};
