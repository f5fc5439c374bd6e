// The URLs a user meets, made from what modules say in their manifests: the host knows no protocol.
//
//   {host}              where the listener can be reached: node.address, else the bound address, else
//                       127.0.0.1
//   {port}              the bound port of the first listener; {port:NAME} of the one so named
//   {:port/1935}        ":PORT", or nothing when it is 1935; {:port:NAME/1935} likewise
//   {app} {name}        the two parts of a stream key
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::control {

struct BoundListener {
  std::string name;
  std::vector<std::string> addresses;  // "0.0.0.0:1935", "[::]:1935", "127.0.0.1:1935"; never empty
};

struct EndpointFacts {
  std::string node_address;  // empty: not configured
  // Of the module, in the manifest's order, then of those whose interfaces it uses.
  std::vector<BoundListener> listeners;
  std::string app = "live";
  std::string name = "cam";
};

// Those that have a port: no URL can name a Unix socket.
std::vector<std::string> with_port(std::vector<std::string> addresses);

// Nothing when a word is unknown or its listener is not bound.
std::optional<std::string> expand_endpoint(std::string_view url, const EndpointFacts& facts);

struct Endpoint {
  std::string module;
  std::string role;  // publish, play, page
  std::string url;
};

// For a terminal: publish first, then play, then pages; within a role in the given order.
std::string endpoint_table(const std::vector<Endpoint>& endpoints);

}  // namespace sluice::control
