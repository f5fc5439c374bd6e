// A module generation as the host's function tables see it: what `self` is in every host interface.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/listen_address.hpp"
#include "modules/ledger.hpp"

namespace sluice::abi {
class HandleBook;
}
namespace sluice::engine {
class Engine;
class Lane;
class Clock;
}  // namespace sluice::engine
namespace sluice::net {
class AcceptLane;
class Listeners;
}  // namespace sluice::net
namespace sluice::observe {
class Log;
class Metrics;
class Events;
struct HostReport;
}  // namespace sluice::observe
namespace sluice::services {
class Services;
}

namespace sluice {

// What a call of a module did wrong that no argument shows.
enum class CallFault {
  thread,  // a method that belongs to a lane, called elsewhere
  handle   // the handle of what has ended, or of nothing
};

// What every module shares; outlives all seats.
struct HostServices {
  engine::Engine* engine = nullptr;
  engine::Clock* clock = nullptr;
  net::Listeners* listeners = nullptr;
  observe::Log* log = nullptr;
  observe::Metrics* metrics = nullptr;
  observe::Events* events = nullptr;
  services::Services* services = nullptr;
  const observe::HostReport* report = nullptr;  // null: it keeps none
  // Handles are numbers that are looked up, calls on the wrong thread are refused, and every call that is
  // wrong leaves a line in the log: the tables of abi/checked_tables.hpp. Costs a lock and a look-up per
  // call.
  bool check_calls = false;
  // [any] Told of each such call, too. May be null.
  void (*on_misuse)(CallFault what, const std::string& finding) = nullptr;
};

// A listener of the manifest with the addresses the operator gave it (none: it does not listen).
struct SeatListener {
  std::string name;
  std::vector<config::ListenAddress> addresses;
};

inline constexpr std::uint32_t log_level_of_host = UINT32_MAX;

struct Seat {
  std::string id;
  std::string version;
  std::uint32_t generation = 1;
  std::string library;  // SHA-256 of what runs, in hex; written down if it ends the host
  HostServices host;
  std::vector<engine::Lane*> lanes;  // fixed before the module's first call, index 0 is [control]
  std::vector<std::shared_ptr<net::AcceptLane>> accept_lanes;  // the same lanes, as the listeners see them
  std::vector<SeatListener> listeners;
  // It starts beside an earlier generation that still serves: its listeners and its claims on streams of that
  // one wait until it is activated.
  std::atomic<bool> standby{false};
  std::atomic<bool> shut{false};  // its begins fail with STATE
  // SLUICE_LOG_* or above them all; lines below it are not written, whatever the host's own level.
  std::atomic<std::uint32_t> log_level{log_level_of_host};
  modules::Ledger ledger;
  std::shared_ptr<abi::HandleBook> book;  // where calls are checked, else null
};

}  // namespace sluice
