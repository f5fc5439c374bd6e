#include "visibility.hpp"

#include <sluice/abi/auth.h>
#include <nlohmann/json.hpp>

namespace sluice::pages {
namespace {

std::string_view without_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return authority;
  return authority.substr(0, colon);
}

bool is_loopback_name(std::string_view host) {
  const std::string_view name = without_port(host);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_loopback_peer(std::string_view peer) {
  const std::string_view host = without_port(peer);
  if (host == "[::1]" || peer == "unix") return true;
  // All of 127.0.0.0/8, also as an IPv6 socket shows it; digits and dots only, so no name slips in.
  const std::string_view v4 =
      host.starts_with("[::ffff:") && host.ends_with(']') ? host.substr(8, host.size() - 9) : host;
  return v4.starts_with("127.") && v4.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_from_here(const Asker& asker) {
  if (!is_loopback_peer(asker.peer) || asker.passed_on || !is_loopback_name(asker.host)) return false;
  if (!asker.fetch_site.empty() && asker.fetch_site != "same-origin" && asker.fetch_site != "none")
    return false;
  return asker.origin.empty() || asker.origin == "http://" + asker.host ||
         asker.origin == "https://" + asker.host;
}

}  // namespace

std::string why_hidden(ListPolicy policy, bool closed, const Asker& asker) {
  if (policy == ListPolicy::automatic) policy = closed ? ListPolicy::loopback : ListPolicy::everyone;
  switch (policy) {
    case ListPolicy::automatic:
    case ListPolicy::everyone:
      return {};
    case ListPolicy::loopback:
      if (is_from_here(asker)) return {};
      return "This server lists its streams only to its own machine (setting: pages, list).";
    case ListPolicy::nobody:
      break;
  }
  return "This server lists its streams to nobody (setting: pages, list).";
}

bool is_closed(std::string_view graph) {
  const auto all = nlohmann::json::parse(graph, nullptr, false);
  if (!all.is_object() || !all.contains("providers") || !all["providers"].is_array()) return true;
  for (const auto& provider : all["providers"])
    if (!provider.is_object() || provider.value("iface", "") == SLUICE_AUTH_ID) return true;
  return false;
}

}  // namespace sluice::pages
