// What a request is before any route is looked at: its target read once, who sent it, by which name we were
// called.
#pragma once

#include <string>
#include <string_view>

#include "exchange.hpp"
#include "wire/forwarded.hpp"

namespace sluice::http {

struct ArrivalFacts {
  std::string_view peer;  // of the socket
  bool secure = false;
  const TrustedProxies& trusted_proxies;
};

// The same refusal whatever the query and the credentials are.
Refusable<Request> arrive(RequestHead head, const ArrivalFacts& facts);

}  // namespace sluice::http
