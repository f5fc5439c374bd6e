// Address and Network: IPv4 and IPv6 as rules see them. An IPv4 address written as IPv6 (::ffff:a.b.c.d, what
// a dual-stack socket reports) is the same address.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sluice/result.hpp>

namespace sluice::wire {
namespace detail {

using AddressBytes = std::array<std::uint8_t, 16>;  // IPv4 lies in ::ffff:0:0/96, RFC 4291 section 2.5.5.2

inline constexpr std::size_t v4_offset = 12;
inline constexpr unsigned v4_prefix = 96;

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base, std::size_t most_digits) {
  Number value{};
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Four decimal octets. A leading zero is refused: some readers take it for octal.
inline bool read_v4(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const std::string_view octet = text.substr(0, dot);
    const auto value = whole_number<unsigned>(octet, 10, 3);
    if (!value || *value > 255 || (octet.size() > 1 && octet.front() == '0')) return false;
    out[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(text.size(), dot + 1));
  }
  return true;
}

// Groups of one side of `::`, the last of them perhaps IPv4 (RFC 4291 section 2.2). Gives the bytes written.
inline std::optional<std::size_t> read_groups(std::string_view text, bool may_end_in_v4, std::uint8_t* out,
                                              std::size_t room) {
  std::size_t size = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_v4 && group.find('.') != std::string_view::npos) {
      if (size + 4 > room || !read_v4(group, out + size)) return std::nullopt;
      return size + 4;
    }
    const auto value = whole_number<std::uint16_t>(group, 16, 4);
    if (!value || size + 2 > room) return std::nullopt;
    out[size++] = static_cast<std::uint8_t>(*value >> 8);
    out[size++] = static_cast<std::uint8_t>(*value & 0xff);
    if (last) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // ends in a single colon
  }
  return size;
}

inline bool read_v6(std::string_view text, AddressBytes& out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return read_groups(text, true, out.data(), out.size()) == out.size();
  AddressBytes tail{};
  const auto head_size = read_groups(text.substr(0, gap), false, out.data(), out.size());
  const auto tail_size = read_groups(text.substr(gap + 2), true, tail.data(), tail.size());
  if (!head_size || !tail_size || *head_size + *tail_size > out.size() - 2) return false;
  std::copy_n(tail.begin(), *tail_size, out.end() - static_cast<std::ptrdiff_t>(*tail_size));
  return true;
}

inline error_code unreadable() { return make_error_code(boost::system::errc::invalid_argument); }

}  // namespace detail

class Address {
 public:
  using Bytes = detail::AddressBytes;

  Address() = default;
  explicit Address(const Bytes& bytes) : bytes_(bytes) {}

  // Fails with errc::invalid_argument. Zone ids (fe80::1%eth0) are refused: no rule could mean one.
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
  // "10.0.0.0/8", "2001:db8::/32", or one address. Fails with errc::invalid_argument, or
  // errc::argument_out_of_domain when bits beyond the prefix are set.
  static Result<Network> parse(std::string_view text);

  // An IPv4 address is in IPv4 networks only: ::/0 means all of IPv6, not all there is.
  bool contains(const Address& address) const;

 private:
  Network(const Address& base, unsigned length) : base_(base), length_(length) {}

  Address base_;
  unsigned length_;  // of the 128 bits
};

inline Result<Address> Address::parse(std::string_view text) {
  Bytes bytes{};
  if (text.find(':') != std::string_view::npos) {
    if (!detail::read_v6(text, bytes)) return detail::unreadable();
    return Address(bytes);
  }
  bytes[10] = bytes[11] = 0xff;
  if (!detail::read_v4(text, bytes.data() + detail::v4_offset)) return detail::unreadable();
  return Address(bytes);
}

inline Result<Address> Address::parse_endpoint(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return detail::unreadable();
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !(rest.front() == ':' && detail::whole_number<std::uint16_t>(rest.substr(1), 10, 5)))
      return detail::unreadable();
    return parse(text.substr(1, close - 1));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return parse(text);
  if (!detail::whole_number<std::uint16_t>(text.substr(colon + 1), 10, 5)) return detail::unreadable();
  return parse(text.substr(0, colon));
}

inline bool Address::is_v4() const {
  return std::all_of(bytes_.begin(), bytes_.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) &&
         bytes_[10] == 0xff && bytes_[11] == 0xff;
}

inline Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const Result<Address> base = Address::parse(address);
  if (!base) return detail::unreadable();
  unsigned length = 128;
  if (slash != std::string_view::npos) {
    const bool written_v4 = address.find(':') == std::string_view::npos;
    const auto given = detail::whole_number<unsigned>(text.substr(slash + 1), 10, 3);
    if (!given || *given > (written_v4 ? 32u : 128u)) return detail::unreadable();
    length = *given + (written_v4 ? detail::v4_prefix : 0);
  }
  for (unsigned bit = length; bit < 128; ++bit)
    if (base->bytes()[bit / 8] & (0x80u >> (bit % 8)))
      return make_error_code(boost::system::errc::argument_out_of_domain);
  return Network(*base, length);
}

inline bool Network::contains(const Address& address) const {
  const bool v4_network = length_ >= detail::v4_prefix && base_.is_v4();
  if (address.is_v4() != v4_network) return false;
  const std::size_t whole = length_ / 8;
  const auto begin = base_.bytes().begin();
  if (!std::equal(begin, begin + static_cast<std::ptrdiff_t>(whole), address.bytes().begin())) return false;
  if (length_ % 8 == 0) return true;
  const unsigned mask = 0xff00u >> (length_ % 8);
  return ((base_.bytes()[whole] ^ address.bytes()[whole]) & mask & 0xff) == 0;
}

}  // namespace sluice::wire
