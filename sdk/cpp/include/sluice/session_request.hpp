// Who asks to publish or play, as plain text on the module's side of the line.
#pragma once

#include <string>

#include <sluice/abi/registry.h>
#include <sluice/error.hpp>

namespace sluice {

struct SessionRequest {
  std::string key;  // canonical: stream_key.hpp
  std::string protocol;
  std::string address;
  std::string user_agent;
  std::string user;
  std::string password;
  std::string token;
  std::string query;
  bool local_module = false;  // the module's own stream: trusted

  sluice_peer peer() const {
    const std::uint32_t flags = local_module ? std::uint32_t{SLUICE_PEER_LOCAL_MODULE} : 0u;
    return {sizeof(sluice_peer), flags, to_abi(protocol), to_abi(address), to_abi(user_agent)};
  }
  sluice_credentials credentials() const {
    return {sizeof(sluice_credentials), 0, to_abi(user), to_abi(password), to_abi(token), to_abi(query)};
  }
};

}  // namespace sluice
