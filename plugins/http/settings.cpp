#include "settings.hpp"

#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::http {
namespace {

using nlohmann::json;

constexpr std::int64_t second_ns = 1'000'000'000;

TrustedProxies parse_proxies(const json& list) {
  TrustedProxies out;
  for (const json& text : list) {
    if (text == "unix") {
      out.unix_sockets = true;
      continue;
    }
    const auto network = wire::Network::parse(text.get<std::string>());
    if (!network)
      throw Error(SLUICE_STATUS_ARGUMENT, "trusted_proxies: " + text.dump() + " is no address or network",
                  "write 192.0.2.7, 10.0.0.0/8, 2001:db8::/32, or unix for Unix sockets");
    out.networks.push_back(*network);
  }
  return out;
}

std::uint32_t parse_level(const std::string& name) {
  return name == "info"  ? std::uint32_t{SLUICE_LOG_INFO}
         : name == "off" ? Settings::log_off
                         : std::uint32_t{SLUICE_LOG_DEBUG};
}

}  // namespace

Settings parse_settings(std::string_view text) try {
  const auto all = json::parse(text);
  const json& config = all.at("config");
  Settings out;
  out.tls = tls::settings_of(config.value("certificate", ""), config.value("certificate_key", ""),
                             config.value("tls_minimum", ""), {"http/1.1"});
  out.origins.allowed = config.value("origins", out.origins.allowed);
  out.trusted_proxies = parse_proxies(config.value("trusted_proxies", json::array()));
  out.request.header_bytes = config.value("header_bytes", out.request.header_bytes);
  out.request.fields = config.value("header_fields", out.request.fields);
  out.connections = config.value("connections", out.connections);
  out.connections_per_address = config.value("connections_per_address", out.connections_per_address);
  out.requests_per_connection = config.value("requests_per_connection", out.requests_per_connection);
  out.header_timeout = config.value("header_timeout_s", std::int64_t{10}) * second_ns;
  out.idle_timeout = config.value("idle_timeout_s", std::int64_t{30}) * second_ns;
  out.write_timeout = config.value("write_timeout_s", std::int64_t{10}) * second_ns;
  out.access_log = parse_level(config.value("access_log", "debug"));
  return out;
} catch (const json::exception& error) {
  throw Error(SLUICE_STATUS_ARGUMENT,
              std::string("the host's configuration cannot be read: ") + error.what());
}

}  // namespace sluice::http
