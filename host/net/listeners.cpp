#include "net/listeners.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/listener.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

namespace sluice::net {

namespace {

observe::Metric* metric(observe::Metrics& metrics, observe::MetricKind kind, std::string_view name,
                        std::string_view help) {
  return metrics.open("", {kind, name, help, {}, {}}).value();
}

// A socket that is a file is the same whatever its mode.
bool same_place(const config::ListenAddress& a, const config::ListenAddress& b) {
  return a == b || (a.kind == config::HostKind::path && config::collide(a, b));
}

}  // namespace

bool descriptors_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Listeners::Listeners(const AcceptLimits& limits, observe::Log& log, observe::Metrics& metrics)
    : log_(log), limits_(limits), wakeup_(std::make_unique<Wakeup>()) {
  using observe::MetricKind;
  accepted_ = metric(metrics, MetricKind::counter, "net_accepted_total", "connections accepted");
  refused_ =
      metric(metrics, MetricKind::counter, "net_refused_total", "connections closed because of a limit");
  open_ = metric(metrics, MetricKind::gauge, "net_connections", "connections open now");
  thread_ = std::thread([this] { run(); });
}

Listeners::~Listeners() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wakeup_->wake();
  thread_.join();
  for (const auto& [connection, owner] : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
}

// ---- Opening
// --------------------------------------------------------------------------------------------------

std::string Listeners::holder_of(std::uint16_t port) const {
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    for (const auto& socket : listener->sockets) {
      if (socket->socket.bound.port() != port) continue;
      return "listener \"" + listener->request.name + "\" of module " + listener->request.owner + " has it";
    }
  }
  return "another program has it: `ss -ltnp 'sport = :" + std::to_string(port) + "'` tells which";
}

// The same address as an earlier generation of the module has it; a port chosen by the system is known by the
// listener's name.
std::shared_ptr<SharedSocket> Listeners::shared_with(const ListenRequest& request,
                                                     const config::ListenAddress& wanted) const {
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    const auto& other = listener->request;
    if (other.owner != request.owner || other.generation >= request.generation) continue;
    const bool chosen_by_system = wanted.port == 0 && wanted.kind != config::HostKind::path;
    if (chosen_by_system && other.name != request.name) continue;
    for (const auto& socket : listener->sockets) {
      if (same_place(socket->wanted, wanted)) return socket;
    }
  }
  return nullptr;
}

error_code Listeners::open_sockets(Listener& listener, const config::ListenAddress& wanted,
                                   std::string& why) const {
  const auto fail = [&](const std::string& reason, error_code code) {
    why = "cannot listen on " + wanted.text() + ": " + reason;
    return code;
  };
  if (auto shared = shared_with(listener.request, wanted)) {
    listener.sockets.push_back(std::move(shared));
    return {};
  }
  if (wanted.kind == config::HostKind::path) {
    std::string reason;
    const auto socket = open_unix_socket(wanted, reason);
    if (!socket)
      return fail(reason,
                  descriptors_exhausted(socket.error().value()) ? NetErrc::no_room : NetErrc::bind_failed);
    listener.sockets.push_back(std::make_shared<SharedSocket>(*socket, wanted));
    return {};
  }
  const auto addresses = resolve(wanted);
  if (addresses.has_error()) return fail(addresses.error().message(), addresses.error());
  for (const auto& address : *addresses) {
    const auto socket = open_socket(address, wanted.kind == config::HostKind::every);
    if (socket.has_value()) {
      listener.sockets.push_back(std::make_shared<SharedSocket>(*socket, wanted));
      continue;
    }
    const int error = socket.error().value();
    std::string reason = socket.error().message();
    if (error == EADDRINUSE) reason += "; " + holder_of(wanted.port);
    if (error == EACCES) reason += "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    return fail(reason, descriptors_exhausted(error) ? NetErrc::no_room : NetErrc::bind_failed);
  }
  return {};
}

Result<Listener*> Listeners::open(ListenRequest request, std::string& why) {
  auto listener = std::make_shared<Listener>();
  listener->request = std::move(request);
  listener->phase = listener->request.standby ? Listener::Phase::standby : Listener::Phase::active;
  for (const auto& wanted : listener->request.addresses) {
    if (const auto error = open_sockets(*listener, wanted, why)) return error;
  }
  std::lock_guard lock(mutex_);
  if (listener->phase == Listener::Phase::active) begin_accepting(*listener);
  listeners_.push_back(listener);
  return listener.get();
}

// Whoever may connect may from now on; with the mode of this generation, not of an earlier one.
void Listeners::open_files(const Listener& listener) const {
  for (const auto& wanted : listener.request.addresses) {
    if (wanted.kind != config::HostKind::path) continue;
    for (const auto& socket : listener.sockets) {
      if (socket->socket.file.path != wanted.host || open_to(socket->socket.file, wanted.mode)) continue;
      log_.warn("the mode of a Unix socket cannot be set; who may connect is as before",
                {{"path", wanted.host}, {"module", listener.request.owner}});
    }
  }
}

void Listeners::begin_accepting(Listener& listener) {
  listener.phase = Listener::Phase::active;
  open_files(listener);
  for (const auto& socket : listener.sockets) {
    if (!std::exchange(socket->watched, true)) wakeup_->watch(socket->socket.fd);
  }
}

std::vector<std::string> Listeners::addresses(const Listener* listener) const {
  std::vector<std::string> texts;
  std::lock_guard lock(mutex_);
  for (const auto& one : listeners_) {
    if (one.get() != listener) continue;  // closed under its owner's feet: no addresses
    for (const auto& socket : one->sockets) texts.push_back(text_of(socket->socket.bound));
  }
  return texts;
}

// ---- Generations
// ------------------------------------------------------------------------------------------------

void Listeners::activate(std::string_view owner, std::uint32_t generation) {
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    const auto& request = listener->request;
    const bool chosen = request.owner == owner && request.generation == generation;
    if (chosen && listener->phase == Listener::Phase::standby) begin_accepting(*listener);
  }
  for (const auto& listener : listeners_) {
    if (listener->request.owner == owner && listener->request.generation < generation)
      stop_accepting(*listener);
  }
}

void Listeners::retire(std::string_view owner, std::uint32_t generation) {
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    if (listener->request.owner == owner && listener->request.generation == generation)
      stop_accepting(*listener);
  }
}

// A socket that only one standing by still holds is not looked at until that one is activated.
void Listeners::stop_accepting(Listener& listener) {
  listener.phase = Listener::Phase::retired;
  for (const auto& socket : std::exchange(listener.sockets, {})) {
    const bool taken = std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& other) {
      return other->phase == Listener::Phase::active &&
             std::find(other->sockets.begin(), other->sockets.end(), socket) != other->sockets.end();
    });
    if (!taken && std::exchange(socket->watched, false)) wakeup_->forget(socket->socket.fd);
  }
}

std::shared_ptr<Listener> Listeners::successor_of(const Listener& listener) const {
  for (const auto& other : listeners_) {
    const auto& request = other->request;
    if (other->phase == Listener::Phase::active && request.owner == listener.request.owner &&
        request.name == listener.request.name && request.generation > listener.request.generation) {
      return other;
    }
  }
  return nullptr;
}

// The caller in the accepted connection notices nothing: it is only somebody else who will answer.
void Listeners::pass_on(Connection& connection, const std::shared_ptr<Listener>& to) {
  auto owned = std::make_unique<Connection>();
  Connection& next = *owned;
  next.owner = this;
  next.remote = connection.remote;
  next.local = connection.local;
  next.loopback = connection.loopback;
  next.listener = to;
  next.limit_key = connection.limit_key;
  uncount(connection);
  next.fd = std::exchange(connection.fd, -1);
  forget(connection);
  connections_.emplace(&next, std::move(owned));
  count_in(next);
  if (!hand_over(next)) waiting_.push_back(&next);
}

// ---- Closing
// --------------------------------------------------------------------------------------------------

void Listeners::close(Listener* listener) {
  std::lock_guard lock(mutex_);
  const auto place = std::find_if(listeners_.begin(), listeners_.end(),
                                  [&](const auto& one) { return one.get() == listener; });
  if (place != listeners_.end()) shut(*place);
}

void Listeners::close_owned_by(std::string_view owner, std::uint32_t generation) {
  std::lock_guard lock(mutex_);
  const auto all = listeners_;
  for (const auto& listener : all) {
    if (listener->request.owner == owner && listener->request.generation == generation) shut(listener);
  }
}

void Listeners::shut(std::shared_ptr<Listener> kept) {
  std::erase(listeners_, kept);
  stop_accepting(*kept);
  std::vector<Connection*> undelivered;
  for (const auto& [connection, owner] : connections_) {
    const bool mine = connection->listener == kept && connection->fd >= 0;
    if (mine && connection->at != Connection::At::delivered) undelivered.push_back(connection);
  }
  const auto successor = successor_of(*kept);
  for (auto* connection : undelivered) {
    if (successor) {
      pass_on(*connection, successor);
    } else {
      count_out(*connection);
      forget(*connection);
    }
  }
}

void Listeners::close(Connection* connection) {
  std::lock_guard lock(mutex_);
  count_out(*connection);
  forget(*connection);
}

void Listeners::count_in(Connection& connection) {
  auto& listener = *connection.listener;
  ++listener.open;
  ++listener.accepted;
  ++open_count_;
  ++per_address_[connection.limit_key];
  open_->set(static_cast<std::int64_t>(open_count_));
  if (listener.request.on_open) listener.request.on_open(connection);
}

void Listeners::count_out(Connection& connection) {
  if (connection.fd < 0) return;
  uncount(connection);
  ::close(std::exchange(connection.fd, -1));
}

void Listeners::uncount(Connection& connection) {
  auto& listener = *connection.listener;
  if (listener.request.on_close) listener.request.on_close(connection);
  --listener.open;
  --open_count_;
  open_->set(static_cast<std::int64_t>(open_count_));
  const auto address = per_address_.find(connection.limit_key);
  if (address != per_address_.end() && --address->second == 0) per_address_.erase(address);
  const auto lane = per_lane_.find(connection.lane);
  if (lane != per_lane_.end() && --lane->second == 0) per_lane_.erase(lane);
}

// A posted one is still in a lane's inbox: its memory stays until the lane has seen it, or until the end.
void Listeners::forget(Connection& connection) {
  std::erase(waiting_, &connection);
  if (connection.at != Connection::At::posted) connections_.erase(&connection);
}

// ---- What others see
// ------------------------------------------------------------------------------------------

std::vector<ListenerPicture> Listeners::list() const {
  std::vector<ListenerPicture> pictures;
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    if (listener->phase != Listener::Phase::active) continue;
    ListenerPicture picture{
        listener->request.owner, listener->request.name, listener->request.generation, {}, listener->open,
        listener->accepted,      listener->refused};
    for (const auto& socket : listener->sockets) picture.addresses.push_back(text_of(socket->socket.bound));
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::size_t Listeners::connections() const {
  std::lock_guard lock(mutex_);
  return open_count_;
}

void Listeners::set_limits(const AcceptLimits& limits) {
  std::lock_guard lock(mutex_);
  limits_ = limits;
}

}  // namespace sluice::net
