// X-Forwarded-For and X-Forwarded-Proto: who asked, when a proxy that the operator trusts passed it on.
#pragma once

#include <optional>
#include <sluice/wire/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

struct TrustedProxies {
  std::vector<wire::Network> networks;
  bool unix_sockets = false;  // whoever comes through one, peer "unix"
};

// The address behind `peer` ("192.0.2.7:50123"): of the list, read from its end, the first that is no trusted
// proxy. Nothing: the peer is not trusted, or the list says nothing usable; then the peer itself asked.
std::optional<std::string> forwarded_for(std::string_view peer, std::string_view field,
                                         const TrustedProxies& trusted);
bool is_trusted(std::string_view peer, const TrustedProxies& trusted);

}  // namespace sluice::http
