// How a peer appears in events.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/requests.hpp"

namespace sluice::engine {

inline nlohmann::json peer_facts(const Peer& peer) {
  return {{"protocol", peer.protocol}, {"peer", peer.address}, {"agent", peer.user_agent}};
}

}  // namespace sluice::engine
