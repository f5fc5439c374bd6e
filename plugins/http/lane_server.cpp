#include "lane_server.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "connection.hpp"
#include "file_answer.hpp"
#include "stream_answer.hpp"
#include "wire/date.hpp"
#include "wire/forwarded.hpp"
#include "wire/websocket.hpp"

namespace sluice::http {
namespace {

constexpr std::int64_t sweep_ns = 1'000'000'000;

std::string address_of(std::string_view remote) { return std::string(remote.substr(0, remote.rfind(':'))); }

}  // namespace

bool AddressCounts::enter(const std::string& address, std::uint64_t most) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& count = counts_[address];
  if (count >= most) return false;
  ++count;
  return true;
}

void AddressCounts::leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(address);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

LaneServer::LaneServer(const Host& host, sluice_lane* lane, std::uint32_t index, Shared& shared)
    : host_(host),
      lane_(lane),
      index_(index),
      shared_(shared),
      routes_(host, index == 0),
      shared_answers_(host, answer_heads_),
      call_place_{host, lane, shared_answers_, answer_heads_,
                  [this](const Request& request) {
                    Request again = request;
                    return routes_.find(again).route;
                  }},
      read_buffer_(std::make_unique<std::array<std::uint8_t, read_size>>()),
      tls_rooms_(shared.tls ? std::make_unique<tls::Rooms>() : nullptr),
      sweep_timer_(host),
      settle_timer_(host) {
  routes_.start(lane);
}

LaneServer::~LaneServer() {
  while (!connections_.empty()) connections_.begin()->first->close("the server stops");
  closed_.clear();
}

void LaneServer::begin() {
  host_.engine().call(&sluice_engine::lane_on_cache_release, lane_, &ChunkSource::release_cached,
                      static_cast<void*>(this));
  if (index_ == 0 && shared_.tls) certificate_watch_.emplace(host_, shared_.tls).begin(lane_);
  sweep();
}

bool LaneServer::admit(const sluice::Connection& socket, const std::string& address) {
  const auto current = settings();
  const char* why = nullptr;
  if (shared_.connections >= current->connections)
    why = "too many connections";
  else if (!address.empty() && !shared_.addresses.enter(address, current->connections_per_address))
    why = "too many connections of one address";
  if (!why) return true;
  count("refused_connections", why);
  static constexpr std::string_view words =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 68\r\nRetry-After: "
      "5\r\n"
      "Connection: close\r\n\r\n503 Service Unavailable: there are too many connections; come later.\n";
  ::send(socket.fd(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return false;
}

void LaneServer::adopt(sluice::Connection socket, bool secure) {
  closed_.clear();
  const bool counted = !socket.is_loopback() && !is_trusted(socket.remote(), settings()->trusted_proxies);
  std::string address = counted ? address_of(socket.remote()) : std::string();
  if (!admit(socket, address)) return;
  auto connection = std::make_unique<Connection>(*this, std::move(socket), secure);
  Connection* const adopted = connection.get();
  connections_.emplace(adopted, Held{std::move(connection), std::move(address)});
  ++shared_.connections;
  adopted->start();
}

void LaneServer::forget(Connection& connection) {
  const auto found = connections_.find(&connection);
  if (!found->second.counted_as.empty()) shared_.addresses.leave(found->second.counted_as);
  closed_.push_back(std::move(found->second.connection));
  connections_.erase(found);
  std::erase(to_settle_, &connection);
  --shared_.connections;
}

void LaneServer::drain() {
  std::vector<Connection*> all;
  for (const auto& [connection, held] : connections_) all.push_back(connection);
  for (Connection* connection : all) connection->drain();
}

void LaneServer::settle_later(Connection& connection) {
  to_settle_.push_back(&connection);
  if (!settle_timer_.is_running()) settle_timer_.start(lane_, host_.now(), [this] { settle_all(); });
}

void LaneServer::settle_all() {
  closed_.clear();
  while (!to_settle_.empty()) {
    Connection* const connection = to_settle_.back();
    to_settle_.pop_back();
    connection->settle();
  }
}

std::unique_ptr<Answering> LaneServer::answer(Responder& to, const RoutePtr& route) {
  if (std::holds_alternative<FilesRoute>(route->answer)) return FileAnswer::begin(to, *route);
  if (std::holds_alternative<StreamRoute>(route->answer)) return stream(to, route);
  auto call = std::make_unique<CallAnswer>(call_place_, to, route);
  call->begin();
  return call;
}

std::unique_ptr<Answering> LaneServer::stream(Responder& to, const RoutePtr& route) {
  std::string accept;
  const RequestHead& head = to.request().head;
  if (std::get<StreamRoute>(route->answer).websocket && asks_websocket(head)) {
    const std::string origin = head.field("origin").value_or("");
    if (!origin.empty() && !settings()->origins.allow(origin, head.field("host").value_or(""))) {
      reply_text(to, 403,
                 "Pages of this origin may not open a WebSocket here; the setting \"origins\" names those "
                 "that may.");
      return nullptr;
    }
    auto accepted = accept_websocket(head);
    if (!accepted) {
      reply_text(to, accepted.error().status, accepted.error().text, {{"Sec-WebSocket-Version", "13"}});
      return nullptr;
    }
    accept = std::move(*accepted);
  }
  auto out = std::make_unique<StreamAnswer>(host_, lane_, to, route, std::move(accept));
  out->begin();
  return out;
}

const std::string& LaneServer::date() {
  const std::int64_t now = host_.wall() / 1'000'000'000;
  if (now != date_second_) {
    date_ = http_date(now);
    date_second_ = now;
  }
  return date_;
}

void LaneServer::count(std::string_view what, std::string_view reason) {
  std::string name = "http_";
  name += what;
  name += "_total/";
  name += reason;
  auto found = counters_.find(name);
  if (found == counters_.end()) {
    const std::string metric = name.substr(0, name.find('/'));
    const std::string labels = "reason=" + std::string(reason);
    found = counters_.emplace(name, Metric(host_, SLUICE_METRIC_COUNTER, metric, "By reason.", labels)).first;
  }
  found->second.add();
}

// Once a second: who missed a deadline.
void LaneServer::sweep() {
  const std::int64_t now = host_.now();
  closed_.clear();
  shared_answers_.sweep(now);
  std::vector<Connection*> all;
  all.reserve(connections_.size());
  for (const auto& [connection, held] : connections_) all.push_back(connection);
  for (Connection* connection : all) connection->tick(now);
  sweep_timer_.start(lane_, now + sweep_ns, [this] { sweep(); });
}

}  // namespace sluice::http
