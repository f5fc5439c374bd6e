#include "address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::auth {
namespace {

constexpr std::size_t v4_offset = 12;
constexpr unsigned v4_prefix = 96;

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base, std::size_t most_digits) {
  Number value{};
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Four decimal octets. A leading zero is refused: some readers take it for octal.
bool read_v4(std::string_view text, std::uint8_t* out) {
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
std::optional<std::size_t> read_groups(std::string_view text, bool may_end_in_v4, std::uint8_t* out,
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

bool read_v6(std::string_view text, Address::Bytes& out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return read_groups(text, true, out.data(), out.size()) == out.size();
  Address::Bytes tail{};
  const auto head_size = read_groups(text.substr(0, gap), false, out.data(), out.size());
  const auto tail_size = read_groups(text.substr(gap + 2), true, tail.data(), tail.size());
  if (!head_size || !tail_size || *head_size + *tail_size > out.size() - 2) return false;
  std::copy_n(tail.begin(), *tail_size, out.end() - static_cast<std::ptrdiff_t>(*tail_size));
  return true;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  Bytes bytes{};
  if (text.find(':') != std::string_view::npos) {
    if (!read_v6(text, bytes)) return Errc::bad_address;
    return Address(bytes);
  }
  bytes[10] = bytes[11] = 0xff;
  if (!read_v4(text, bytes.data() + v4_offset)) return Errc::bad_address;
  return Address(bytes);
}

Result<Address> Address::parse_endpoint(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return Errc::bad_address;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !(rest.front() == ':' && whole_number<std::uint16_t>(rest.substr(1), 10, 5)))
      return Errc::bad_address;
    return parse(text.substr(1, close - 1));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return parse(text);
  if (!whole_number<std::uint16_t>(text.substr(colon + 1), 10, 5)) return Errc::bad_address;
  return parse(text.substr(0, colon));
}

bool Address::is_v4() const {
  return std::all_of(bytes_.begin(), bytes_.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) &&
         bytes_[10] == 0xff && bytes_[11] == 0xff;
}

Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const Result<Address> base = Address::parse(address);
  if (!base) return Errc::bad_network;
  unsigned length = 128;
  if (slash != std::string_view::npos) {
    const bool written_v4 = address.find(':') == std::string_view::npos;
    const auto given = whole_number<unsigned>(text.substr(slash + 1), 10, 3);
    if (!given || *given > (written_v4 ? 32u : 128u)) return Errc::bad_network;
    length = *given + (written_v4 ? v4_prefix : 0);
  }
  for (unsigned bit = length; bit < 128; ++bit)
    if (base->bytes()[bit / 8] & (0x80u >> (bit % 8))) return Errc::network_has_host_bits;
  return Network(*base, length);
}

bool Network::contains(const Address& address) const {
  const bool v4_network = length_ >= v4_prefix && base_.is_v4();
  if (address.is_v4() != v4_network) return false;
  const std::size_t whole = length_ / 8;
  const auto begin = base_.bytes().begin();
  if (!std::equal(begin, begin + static_cast<std::ptrdiff_t>(whole), address.bytes().begin())) return false;
  if (length_ % 8 == 0) return true;
  const unsigned mask = 0xff00u >> (length_ % 8);
  return ((base_.bytes()[whole] ^ address.bytes()[whole]) & mask & 0xff) == 0;
}

}  // namespace sluice::auth
