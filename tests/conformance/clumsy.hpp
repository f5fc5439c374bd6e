// A module without a library: a seat with two lanes, and of every kind of handle one that lives and one that
// has ended, for calls no module should make.
#pragma once

#include <sluice/abi/sluice.h>

#include <functional>
#include <optional>
#include <vector>

#include "abi/seat.hpp"
#include "kit/tcp_peer.hpp"
#include "modules/lane_threads.hpp"
#include "room.hpp"

namespace sluice::conformance {

struct Handles {
  sluice_timer* timer = nullptr;
  sluice_watch* watch = nullptr;
  sluice_op* op = nullptr;  // the live one: only while `with_open_begins` runs
  sluice_publication* publication = nullptr;
  sluice_subscription* subscription = nullptr;
  sluice_registry_watch* registry_watch = nullptr;
  sluice_listener* listener = nullptr;
  sluice_connection* connection = nullptr;
  sluice_event_subscription* events = nullptr;
  sluice_metric* metric = nullptr;
  sluice_lease* lease = nullptr;
  sluice_call* call = nullptr;  // as `op`
  sluice_registration* registration = nullptr;
  sluice_record_watch* record_watch = nullptr;
  sluice_draft draft = {};
};

class Clumsy {
 public:
  static constexpr const char* id = "clumsy";
  static constexpr const char* key = "test/clumsy";

  // `check_calls` as in HostServices. A module in the room provides com.example.turn/1.
  Clumsy(Room& room, bool check_calls);
  ~Clumsy();  // everything was given back
  Clumsy(const Clumsy&) = delete;
  Clumsy& operator=(const Clumsy&) = delete;

  // Opens one handle of every kind; throws what could not be opened. On the first lane.
  Handles open();
  void close(const Handles& handles);
  // Begins and calls that are not over while `work` runs, on the first lane.
  void with_open_begins(Handles& handles, const std::function<void()>& work);

  void on_lane(unsigned index, std::function<void()> work);
  sluice_lane* lane(unsigned index) const;

  Seat seat;
  sluice_host host{};
  const sluice_registry* registry = nullptr;
  const sluice_engine* engine = nullptr;
  const sluice_net* net = nullptr;
  const sluice_events* events = nullptr;
  const sluice_log* log = nullptr;
  const sluice_metrics* metrics = nullptr;
  const sluice_clock* clock = nullptr;
  const sluice_report* report = nullptr;
  const sluice_services* services = nullptr;
  void* self = nullptr;

  sluice_publish_request publish_request() const;
  sluice_subscribe_request subscribe_request() const;
  sluice_publish_calls publish_calls() const;
  sluice_subscribe_calls subscribe_calls() const;
  sluice_lease_request lease_request() const;
  sluice_lease_calls lease_calls() const;
  sluice_call_request call_request() const;
  sluice_record record() const;
  static sluice_track track();

 private:
  template <class Table>
  void find(const char* name, const Table*& table);

  Room& room_;
  modules::LaneThreads threads_;
  std::vector<kit::TcpPeer> peers_;
};

}  // namespace sluice::conformance
