// Listening sockets that belong to the host. One thread accepts for all of them, enforces the limits and
// hands each connection to the lane with the fewest.
//
//   accepted -> posted to a lane -> delivered (the module's) -> closed
//                     |                                           ^
//                     +---- listener closed, lane gone -----------+
//
// Generations of one module share their sockets, so that replacing the module closes none of them:
//
//   open(standby) -> activate -> takes connections -> retire -> closed
//     may share the sockets       |                     | what was accepted for it and not yet delivered
//     of its predecessor          +- retires the one ---+ goes to its successor, if there is one
//
// Files: listeners.cpp opening, generations and closing; accepting.cpp the thread that accepts and hands
// over.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "config/listen_address.hpp"
#include "net/address.hpp"
#include "sluice/result.hpp"

namespace sluice::observe {
class Log;
class Metric;
class Metrics;
}  // namespace sluice::observe

namespace sluice::net {

struct AcceptLimits {
  std::size_t total = 20000;  // connections of the whole host
  std::size_t per_listener = 20000;
  std::size_t per_address = 4000;  // per remote IPv4 address or IPv6 /64
};

// Where connections go: one lane of a module. Over engine::Lane in host/abi, by hand in tests.
class AcceptLane {
 public:
  enum class Posted { yes, full, gone };
  virtual ~AcceptLane() = default;
  // [any] Runs fn(ctx) on the lane, soon. `full` is tried again, `gone` is not.
  virtual Posted post(void (*fn)(void* ctx), void* ctx) = 0;
};

class Listeners;
struct Listener;
struct SharedSocket;

struct Connection {
  Listeners* owner = nullptr;
  int fd = -1;
  AcceptLane* lane = nullptr;
  std::string remote;  // "192.0.2.7:50123", "unix"
  std::string local;
  bool loopback = false;

  // Only Listeners touches these, under its lock.
  std::shared_ptr<Listener> listener;
  std::string limit_key;
  enum class At { accepted, posted, delivered } at = At::accepted;
};

struct ListenRequest {
  std::string owner;  // module id
  std::string name;   // of the listener in the manifest
  std::uint32_t generation = 1;
  bool standby = false;  // takes no connection before activate()
  std::vector<config::ListenAddress> addresses;
  std::vector<AcceptLane*> lanes;  // outlive the listener's close and its connections
  // On the connection's lane, which then closes it some day.
  std::function<void(Connection& connection)> on_accept;
  // [any] For the owner's ledger, under this class's lock: right after a connection was counted in and right
  // before it is counted out. May not call back.
  std::function<void(Connection& connection)> on_open;
  std::function<void(Connection& connection)> on_close;
};

// One that takes connections.
struct ListenerPicture {
  std::string owner;
  std::string name;
  std::uint32_t generation = 1;
  std::vector<std::string> addresses;  // as bound
  std::size_t connections = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // by a limit
};

class Listeners {
 public:
  Listeners(const AcceptLimits& limits, observe::Log& log, observe::Metrics& metrics);
  ~Listeners();  // closes all listeners and connections
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // [any] All addresses or none. On failure `why` names the address and, if known, who has it.
  Result<Listener*> open(ListenRequest request, std::string& why);
  // [any] Bound addresses, ports chosen by the system filled in.
  std::vector<std::string> addresses(const Listener* listener) const;
  // [any] No new connection afterwards; what is accepted but not delivered is closed. Delivered ones live on.
  void close(Listener* listener);
  void close_owned_by(std::string_view owner, std::uint32_t generation);
  // [any] The owner's standing-by listeners of this generation take the connections from now on, its earlier
  // generations none.
  void activate(std::string_view owner, std::uint32_t generation);
  // [any] This generation gets no new connection; a socket nobody else shares is closed.
  void retire(std::string_view owner, std::uint32_t generation);
  // [any] Closes the descriptor and counts the connection out; the pointer is dead afterwards.
  void close(Connection* connection);

  // [any]
  std::vector<ListenerPicture> list() const;
  std::size_t connections() const;
  void set_limits(const AcceptLimits& limits);

 private:
  class Wakeup;
  enum class Taken { more, none, out_of_descriptors };

  // listeners.cpp
  std::shared_ptr<SharedSocket> shared_with(const ListenRequest& request,
                                            const config::ListenAddress& wanted) const;
  error_code open_sockets(Listener& listener, const config::ListenAddress& wanted, std::string& why) const;
  void begin_accepting(Listener& listener);
  void open_files(const Listener& listener) const;
  void stop_accepting(Listener& listener);
  void shut(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> successor_of(const Listener& listener) const;
  void pass_on(Connection& connection, const std::shared_ptr<Listener>& to);
  void count_in(Connection& connection);
  void count_out(Connection& connection);
  void uncount(Connection& connection);
  void forget(Connection& connection);
  std::string holder_of(std::uint16_t port) const;

  // accepting.cpp
  void run();
  int serve_once();  // returns how long to wait next, ms; -1: until something happens
  Taken take_one(const std::shared_ptr<Listener>& listener, int fd);
  std::string over_limit(const Listener& listener, const std::string& key) const;
  void refuse(Listener& listener, int fd, const std::string& why);
  bool hand_over(Connection& connection);
  void retry_waiting();
  void complain(std::string_view what, std::string_view detail);
  static void deliver(void* connection);

  observe::Log& log_;
  observe::Metric* accepted_ = nullptr;
  observe::Metric* refused_ = nullptr;
  observe::Metric* open_ = nullptr;

  mutable std::mutex mutex_;  // everything below
  AcceptLimits limits_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> waiting_;  // all lanes were full; at most max_waiting
  std::size_t open_count_ = 0;
  std::unordered_map<std::string, std::size_t> per_address_;
  std::unordered_map<AcceptLane*, std::size_t> per_lane_;
  bool ending_ = false;
  std::int64_t complained_at_ = 0;
  std::uint64_t complaints_held_ = 0;

  static constexpr std::size_t max_waiting = 256;  // then accepting pauses: the kernel's queue holds the rest
  static constexpr int accepts_per_turn = 64;      // per socket, so that no listener starves another
  std::unique_ptr<Wakeup> wakeup_;
  std::thread thread_;
};

}  // namespace sluice::net
