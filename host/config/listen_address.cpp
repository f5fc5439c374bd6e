#include "config/listen_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace sluice::config {
namespace {

using Parsed = boost::system::result<ListenAddress, std::string>;

constexpr std::string_view expected_form =
    "\"ADDRESS:PORT\", for example \":1935\" or \"[::1]:1935\", or \"unix:/PATH\"";
constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view mode_word = "mode=";

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  return code == std::errc() && end == text.data() + text.size();
}

bool valid_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '-' || host.front() == '.') return false;
  const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_';
  });
  const bool numeric =
      std::all_of(host.begin(), host.end(), [](unsigned char c) { return std::isdigit(c) || c == '.'; });
  return plain && !numeric;  // 300.1.1.1 is a wrong address, not a name
}

bool parse_ipv6(const std::string& host, ListenAddress& out) {
  const std::string bare = host.substr(0, host.find('%'));
  const std::string zone = host.substr(bare.size());
  in6_addr address{};
  if (inet_pton(AF_INET6, bare.c_str(), &address) != 1 || zone.size() == 1 || zone.size() > 64) return false;
  char text[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    out.kind = HostKind::ipv4;
    out.host = inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
    return true;
  }
  out.kind = HostKind::ipv6;
  out.host = inet_ntop(AF_INET6, &address, text, sizeof text) + zone;
  return true;
}

Parsed parse_host(std::string_view host, ListenAddress address) {
  in_addr ipv4{};
  address.host = host;
  if (host.empty()) return address;
  if (inet_pton(AF_INET, address.host.c_str(), &ipv4) == 1) {
    address.kind = HostKind::ipv4;
    return address;
  }
  if (!valid_host_name(host)) return "`" + address.host + "` is neither an address nor a host name";
  address.kind = HostKind::name;
  std::transform(address.host.begin(), address.host.end(), address.host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return address;
}

bool parse_mode(std::string_view text, unsigned& mode) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  return code == std::errc() && end == text.data() + text.size() && text.size() <= 4 && mode <= 0777;
}

Parsed parse_unix(std::string_view text) {
  ListenAddress address;
  address.kind = HostKind::path;
  const std::size_t question = text.find('?');
  const std::string_view path = text.substr(0, question);
  if (!path.starts_with('/') || path.ends_with('/'))
    return std::string("expected an absolute path behind `unix:`");
  if (std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return std::string("the path has a control character in it");
  address.host = std::filesystem::path(path).lexically_normal().string();
  if (address.host.size() > unix_path_limit)
    return "the path has " + std::to_string(address.host.size()) + " bytes, the system takes " +
           std::to_string(unix_path_limit) + " for a socket; set a shorter one";
  if (question == std::string_view::npos) return address;
  const std::string_view words = text.substr(question + 1);
  if (!words.starts_with(mode_word) || !parse_mode(words.substr(mode_word.size()), address.mode))
    return std::string("expected `?mode=` and three octal digits behind the path, for example `?mode=666`");
  return address;
}

std::string mode_text(unsigned mode) {
  std::string text = "?mode=000";
  for (std::size_t i = 0; i < 3; ++i)
    text[text.size() - 1 - i] = static_cast<char>('0' + (mode >> 3 * i & 7));
  return text;
}

bool is_any(const ListenAddress& a) { return a.host == "0.0.0.0" || a.host == "::"; }
bool is_loopback(const ListenAddress& a) { return a.host == "127.0.0.1" || a.host == "::1"; }

}  // namespace

std::string ListenAddress::text() const {
  if (kind == HostKind::path)
    return std::string(unix_prefix) + host + (mode == ListenAddress().mode ? "" : mode_text(mode));
  const std::string shown = kind == HostKind::ipv6 ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

Parsed parse_listen_address(std::string_view text) {
  if (text.starts_with(unix_prefix) && text.find('/') != std::string_view::npos)
    return parse_unix(text.substr(unix_prefix.size()));
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos)
    return "expected " + std::string(expected_form);
  if (!parse_port(text.substr(colon + 1), address.port))
    return "expected a port from 0 (any free one) to 65535 after the last `:`";
  const std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || !parse_ipv6(std::string(host.substr(1, host.size() - 2)), address))
      return "expected an IPv6 address in the brackets";
    return address;
  }
  if (host.find(':') != std::string_view::npos)
    return std::string("an IPv6 address needs brackets: \"[ADDRESS]:PORT\"");
  return parse_host(host, address);
}

CheckedAll<std::vector<ListenAddress>> parse_listen(const Json& value, const Origin& origin) {
  std::vector<ListenAddress> addresses;
  Complaints complaints;
  auto complain = [&](const std::string& pointer, std::string expected, const Json& found) {
    Complaint one{ComplaintKind::violation, {}, {}, pointer, std::move(expected), picture(found), {}};
    if (origin.text) {
      one.file = origin.text->file();
      one.at = origin.text->position(pointer);
    }
    complaints.push_back(std::move(one));
  };
  auto parse_one = [&](const Json& element, const std::string& pointer) {
    if (!element.is_string()) return complain(pointer, std::string(expected_form), element);
    const Parsed parsed = parse_listen_address(element.get_ref<const std::string&>());
    if (!parsed) return complain(pointer, std::string(expected_form) + " (" + parsed.error() + ")", element);
    if (std::find(addresses.begin(), addresses.end(), *parsed) == addresses.end())
      addresses.push_back(*parsed);
  };
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size() && i < 64; ++i)
      parse_one(value[i], pointer_to(origin.pointer, std::to_string(i)));
  } else if (!value.is_null()) {
    parse_one(value, origin.pointer);
  }
  if (!complaints.empty()) return complaints;
  return addresses;
}

bool collide(const ListenAddress& a, const ListenAddress& b) {
  if (a.kind == HostKind::path || b.kind == HostKind::path) return a.kind == b.kind && a.host == b.host;
  if (a.port != b.port || a.port == 0) return false;
  if (a.kind == HostKind::every || b.kind == HostKind::every) return true;
  if (a.kind == HostKind::name && b.kind != HostKind::name)
    return is_any(b) || (a.host == "localhost" && is_loopback(b));
  if (b.kind == HostKind::name && a.kind != HostKind::name) return collide(b, a);
  return a.kind == b.kind && (a.host == b.host || is_any(a) || is_any(b));
}

}  // namespace sluice::config
