// The module's configuration as it came from the host, in types.
#pragma once

#include <sluice/abi/log.h>
#include <cstdint>
#include <optional>
#include <sluice/tls/settings.hpp>
#include <string_view>

#include "wire/forwarded.hpp"
#include "wire/origins.hpp"
#include "wire/request_reader.hpp"

namespace sluice::http {

struct Settings {
  std::optional<tls::Settings> tls;  // none: no HTTPS
  Origins origins;
  TrustedProxies trusted_proxies;
  RequestLimits request;
  std::uint64_t connections = 20'000;
  std::uint64_t connections_per_address = 256;  // loopback and trusted proxies are not counted
  std::uint64_t requests_per_connection = 1000;
  std::int64_t header_timeout = 10'000'000'000;  // ns, all of them
  std::int64_t idle_timeout = 30'000'000'000;
  std::int64_t write_timeout = 10'000'000'000;
  std::uint32_t access_log = SLUICE_LOG_DEBUG;  // its level; log_off: none
  static constexpr std::uint32_t log_off = UINT32_MAX;
};

// `json`: {"config": {...}}, already checked against the manifest's schema. Throws sluice::Error.
Settings parse_settings(std::string_view json);

}  // namespace sluice::http
