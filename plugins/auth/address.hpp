// Address and Network: IPv4 and IPv6 as rules see them. An IPv4 address written as IPv6 (::ffff:a.b.c.d, what
// a dual-stack socket reports) is the same address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "errors.hpp"

namespace sluice::auth {

class Address {
 public:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 lies in ::ffff:0:0/96, RFC 4291 section 2.5.5.2

  Address() = default;
  explicit Address(const Bytes& bytes) : bytes_(bytes) {}

  // Fails with bad_address. Zone ids (fe80::1%eth0) are refused: no rule could mean one.
  static Result<Address> parse(std::string_view text);
  // "192.0.2.7:50123", "[2001:db8::1]:50123", or an address without port.
  static Result<Address> parse_endpoint(std::string_view text);

  bool is_v4() const;
  const Bytes& bytes() const { return bytes_; }
  auto operator<=>(const Address&) const = default;

 private:
  Bytes bytes_{};
};

class Network {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or one address. Fails with bad_network, network_has_host_bits.
  static Result<Network> parse(std::string_view text);

  // An IPv4 address is in IPv4 networks only: ::/0 means all of IPv6, not all there is.
  bool contains(const Address& address) const;

 private:
  Network(const Address& base, unsigned length) : base_(base), length_(length) {}

  Address base_;
  unsigned length_;  // of the 128 bits
};

}  // namespace sluice::auth
