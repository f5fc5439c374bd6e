#include "wire/forwarded.hpp"

#include <algorithm>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

constexpr int hop_limit = 16;

bool in_any(const wire::Address& address, const std::vector<wire::Network>& networks) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const wire::Network& one) { return one.contains(address); });
}

}  // namespace

bool is_trusted(std::string_view peer, const TrustedProxies& trusted) {
  if (peer == "unix") return trusted.unix_sockets;
  if (trusted.networks.empty()) return false;
  const auto address = wire::Address::parse_endpoint(peer);
  return address && in_any(*address, trusted.networks);
}

std::optional<std::string> forwarded_for(std::string_view peer, std::string_view field,
                                         const TrustedProxies& trusted) {
  if (!is_trusted(peer, trusted)) return std::nullopt;
  std::optional<std::string> client;
  for (int hop = 0; hop < hop_limit && !field.empty(); ++hop) {
    const std::size_t comma = field.rfind(',');
    const std::string_view element = trim(field.substr(comma == std::string_view::npos ? 0 : comma + 1));
    field = field.substr(0, comma == std::string_view::npos ? 0 : comma);
    const auto address = wire::Address::parse_endpoint(element);
    if (!address) break;  // whoever stands before it cannot be believed either
    client = std::string(element);
    if (!in_any(*address, trusted.networks)) break;
  }
  return client;
}

}  // namespace sluice::http
