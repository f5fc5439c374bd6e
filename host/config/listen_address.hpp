// Where a listener listens: ":1935" (every address), "0.0.0.0:1935", "[::]:1935" (IPv6 only),
// "[fe80::1%eth0]:80", "localhost:1935". Port 0 = any free port. "unix:/run/cam.sock": a Unix socket, with
// "?mode=666" behind the path for everybody instead of user and group.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"

namespace sluice::config {

enum class HostKind { every, ipv4, ipv6, name, path };

inline constexpr std::size_t unix_path_limit = 107;  // bytes of sun_path without its NUL, unix(7)

struct ListenAddress {
  HostKind kind = HostKind::every;
  std::string host;  // canonical text without brackets; empty for HostKind::every; the path
  std::uint16_t port = 0;
  unsigned mode = 0660;  // of a path

  std::string text() const;
  bool operator==(const ListenAddress&) const = default;
};

// Fails with a sentence that says what is wrong.
boost::system::result<ListenAddress, std::string> parse_listen_address(std::string_view text);

// One string, or a list of them (an empty list: do not listen).
CheckedAll<std::vector<ListenAddress>> parse_listen(const Json& value, const Origin& origin);

// Whether both cannot be bound at once (same transport protocol taken for granted). Port 0 never collides.
bool collide(const ListenAddress& a, const ListenAddress& b);

}  // namespace sluice::config
