// LaneServer: all HTTP connections of one lane and what they share there.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/listener.hpp>
#include <sluice/metrics.hpp>
#include <sluice/timer.hpp>
#include <sluice/tls/certificate_watch.hpp>
#include <sluice/tls/sealing.hpp>

#include "call_answer.hpp"
#include "lane_routes.hpp"
#include "settings.hpp"

namespace sluice::http {

class Connection;

// How many connections each address has. [any]
class AddressCounts {
 public:
  // False: it has as many as it may.
  bool enter(const std::string& address, std::uint64_t most);
  void leave(const std::string& address);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::uint64_t> counts_;
};

// What the lanes share.
struct Shared {
  std::atomic<std::shared_ptr<const Settings>> settings;
  std::shared_ptr<tls::ContextSource> tls;  // fixed before the first connection; null: no HTTPS
  std::atomic<std::uint64_t> connections{0};
  std::atomic<bool> draining{false};
  AddressCounts addresses;
};

// [lane], but for the constructor.
class LaneServer {
 public:
  LaneServer(const Host& host, sluice_lane* lane, std::uint32_t index, Shared& shared);
  ~LaneServer();
  LaneServer(const LaneServer&) = delete;
  LaneServer& operator=(const LaneServer&) = delete;

  // Once, on the lane, before anything else of it.
  void begin();
  void adopt(sluice::Connection socket, bool secure);
  // Called by a connection that closed. It may still be on the stack, so it is freed a turn later.
  void forget(Connection& connection);
  // Lets go of those that lie idle; the others say so with their answer.
  void drain();

  // Connection::settle follows, a turn later.
  void settle_later(Connection& connection);
  LaneRoutes::Found route(Request& request) const { return routes_.find(request); }
  // Begins the answer of a route; null: it is complete.
  std::unique_ptr<Answering> answer(Responder& to, const RoutePtr& route);

  const Host& host() const { return host_; }
  sluice_lane* lane() const { return lane_; }
  std::shared_ptr<const Settings> settings() const { return shared_.settings.load(); }
  const Shared& shared() const { return shared_; }
  // Where every connection of the lane reads into; empty again before the next.
  std::span<std::uint8_t> read_buffer() { return *read_buffer_; }
  // Null: no HTTPS.
  tls::Rooms* tls_rooms() { return tls_rooms_.get(); }
  // "Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
  const std::string& date();
  // http_<what>_total{reason="..."}; reasons come from closed sets.
  void count(std::string_view what, std::string_view reason);

 private:
  static constexpr std::size_t read_size = 64 * 1024;

  void sweep();
  void settle_all();
  bool admit(const sluice::Connection& socket, const std::string& address);
  std::unique_ptr<Answering> stream(Responder& to, const RoutePtr& route);

  const Host& host_;
  sluice_lane* lane_;
  const std::uint32_t index_;
  Shared& shared_;
  LaneRoutes routes_;
  AnswerHeads answer_heads_;
  SharedAnswers shared_answers_;
  CallPlace call_place_;
  std::unique_ptr<std::array<std::uint8_t, read_size>> read_buffer_;
  std::unique_ptr<tls::Rooms> tls_rooms_;
  std::optional<tls::CertificateWatch> certificate_watch_;  // on the first lane
  struct Held {
    std::unique_ptr<Connection> connection;
    std::string counted_as;  // address; empty: it is not counted
  };
  std::unordered_map<Connection*, Held> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;
  std::vector<Connection*> to_settle_;
  std::map<std::string, Metric, std::less<>> counters_;
  std::string date_;
  std::int64_t date_second_ = -1;
  Timer sweep_timer_;
  Timer settle_timer_;
};

}  // namespace sluice::http
