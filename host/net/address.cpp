#include "net/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace sluice::net {

namespace {

constexpr std::string_view unix_peer = "unix";

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.net"; }
  std::string message(int code) const override {
    switch (static_cast<NetErrc>(code)) {
      case NetErrc::unknown_host:
        return "the host name has no address";
      case NetErrc::bind_failed:
        return "the address cannot be listened on";
      case NetErrc::no_room:
        return "no descriptor left for a listening socket";
    }
    return "unknown";
  }
};

const sockaddr_in& v4(const Address& address) {
  return reinterpret_cast<const sockaddr_in&>(address.storage);
}
const sockaddr_in6& v6(const Address& address) {
  return reinterpret_cast<const sockaddr_in6&>(address.storage);
}

bool mapped_v4(const Address& address) {
  return address.family() == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6(address).sin6_addr);
}

// The four bytes of an IPv4 address, also where it comes in IPv6 clothes.
std::array<std::uint8_t, 4> v4_bytes(const Address& address) {
  std::array<std::uint8_t, 4> bytes;
  const void* from = address.family() == AF_INET ? static_cast<const void*>(&v4(address).sin_addr)
                                                 : v6(address).sin6_addr.s6_addr + 12;
  std::memcpy(bytes.data(), from, bytes.size());
  return bytes;
}

std::string v4_text(const Address& address) {
  const auto bytes = v4_bytes(address);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

error_code make_error_code(NetErrc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

std::uint16_t Address::port() const {
  if (family() == AF_UNIX) return 0;
  return ntohs(family() == AF_INET ? v4(*this).sin_port : v6(*this).sin6_port);
}

void Address::set_port(std::uint16_t port) {
  if (family() == AF_INET) {
    reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  }
}

Address any_address(int family, std::uint16_t port) {
  Address address;
  address.storage.ss_family = static_cast<sa_family_t>(family);  // all zero is "any" in both families
  address.size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  address.set_port(port);
  return address;
}

Result<std::vector<Address>> resolve(const config::ListenAddress& wanted) {
  if (wanted.kind == config::HostKind::every) return std::vector{any_address(AF_INET6, wanted.port)};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | (wanted.kind == config::HostKind::name ? 0 : AI_NUMERICHOST);
  addrinfo* found = nullptr;
  if (getaddrinfo(wanted.host.c_str(), nullptr, &hints, &found) != 0) return NetErrc::unknown_host;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    address.set_port(wanted.port);
    addresses.push_back(address);
  }
  if (addresses.empty()) return NetErrc::unknown_host;
  return addresses;
}

std::string text_of(const Address& address) {
  if (address.family() == AF_UNIX) {
    const auto& name = reinterpret_cast<const sockaddr_un&>(address.storage);
    const std::size_t room =
        address.size - std::min<std::size_t>(address.size, offsetof(sockaddr_un, sun_path));
    return "unix:" + std::string(name.sun_path, ::strnlen(name.sun_path, room));
  }
  const auto port = ":" + std::to_string(address.port());
  if (address.family() == AF_INET || mapped_v4(address)) return v4_text(address) + port;
  std::array<char, NI_MAXHOST> host{};
  // getnameinfo, not inet_ntop: it keeps the scope of a link-local address.
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address.storage), address.size, host.data(), host.size(),
                  nullptr, 0, NI_NUMERICHOST) != 0) {
    return "?" + port;
  }
  return "[" + std::string(host.data()) + "]" + port;
}

std::string peer_text(const Address& address) {
  return address.family() == AF_UNIX ? std::string(unix_peer) : text_of(address);
}

bool is_loopback(const Address& address) {
  if (address.family() == AF_UNIX) return true;
  if (address.family() == AF_INET || mapped_v4(address)) return v4_bytes(address)[0] == 127;
  return address.family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6(address).sin6_addr);
}

std::string limit_key(const Address& address) {
  if (address.family() == AF_UNIX) return std::string(unix_peer);
  if (address.family() == AF_INET || mapped_v4(address)) return v4_text(address);
  in6_addr prefix = v6(address).sin6_addr;
  std::memset(prefix.s6_addr + 8, 0, 8);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, &prefix, text.data(), text.size());
  return std::string(text.data()) + "/64";
}

bool is_loopback_text(std::string_view peer) {
  if (peer == unix_peer) return true;
  std::string host(peer);
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string::npos) return false;
    host = host.substr(1, end - 1);
  } else if (std::count(host.begin(), host.end(), ':') == 1) {
    host.resize(host.find(':'));
  }
  Address address;
  if (inet_pton(AF_INET, host.c_str(), &reinterpret_cast<sockaddr_in&>(address.storage).sin_addr) == 1) {
    address.storage.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, host.c_str(), &reinterpret_cast<sockaddr_in6&>(address.storage).sin6_addr) ==
             1) {
    address.storage.ss_family = AF_INET6;
  } else {
    return false;
  }
  return is_loopback(address);
}

}  // namespace sluice::net
