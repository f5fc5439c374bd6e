#include "net/listeners.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "net/listening_socket.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

namespace sluice::net {

struct Listener {
  ListenRequest request;
  std::vector<ListeningSocket> sockets;
  bool closed = false;
  std::size_t open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
};

// The accept thread sleeps in epoll, or, while it pauses accepting, on the eventfd alone.
class Listeners::Wakeup {
 public:
  Wakeup() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watch(event_);
  }
  ~Wakeup() {
    ::close(epoll_);
    ::close(event_);
  }
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
  }
  void sleep(int timeout_ms, bool accepting) {
    pollfd waiting{accepting ? epoll_ : event_, POLLIN, 0};
    ::poll(&waiting, 1, timeout_ms);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(event_, &count, sizeof count);
  }
  // Listening sockets that have somebody waiting.
  template <class Each>
  void ready(Each each) {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.fd != event_)
        each(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  int epoll_, event_;
};

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

observe::Metric* metric(observe::Metrics& metrics, observe::MetricKind kind, std::string_view name,
                        std::string_view help) {
  return metrics.open("", {kind, name, help, {}, {}}).value();
}

bool descriptors_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

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
  for (const auto& listener : listeners_) {
    for (const auto& socket : listener->sockets) ::close(socket.fd);
  }
  for (const auto& [connection, owner] : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
}

// ---- Opening and closing
// --------------------------------------------------------------------------------------

std::string Listeners::holder_of(std::uint16_t port) const {
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    for (const auto& socket : listener->sockets) {
      if (socket.bound.port() == port) {
        return "listener \"" + listener->request.name + "\" of module " + listener->request.owner + " has it";
      }
    }
  }
  return "another program has it: `ss -ltnp 'sport = :" + std::to_string(port) + "'` tells which";
}

Result<Listener*> Listeners::open(ListenRequest request, std::string& why) {
  auto listener = std::make_shared<Listener>();
  const auto fail = [&](const config::ListenAddress& address, const std::string& reason, error_code code) {
    for (const auto& socket : listener->sockets) ::close(socket.fd);
    why = "cannot listen on " + address.text() + ": " + reason;
    return code;
  };
  for (const auto& wanted : request.addresses) {
    const auto addresses = resolve(wanted);
    if (addresses.has_error()) return fail(wanted, addresses.error().message(), addresses.error());
    for (const auto& address : *addresses) {
      auto socket = open_socket(address, wanted.kind == config::HostKind::every);
      if (socket.has_value()) {
        listener->sockets.push_back(*socket);
        continue;
      }
      std::string reason = socket.error().message();
      if (socket.error().value() == EADDRINUSE) reason += "; " + holder_of(wanted.port);
      if (socket.error().value() == EACCES) reason += "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
      return fail(wanted, reason,
                  descriptors_exhausted(socket.error().value()) ? NetErrc::no_room : NetErrc::bind_failed);
    }
  }
  listener->request = std::move(request);
  std::lock_guard lock(mutex_);
  for (const auto& socket : listener->sockets) wakeup_->watch(socket.fd);
  listeners_.push_back(listener);
  return listener.get();
}

std::vector<std::string> Listeners::addresses(const Listener* listener) const {
  std::vector<std::string> texts;
  std::lock_guard lock(mutex_);
  for (const auto& one : listeners_) {
    if (one.get() != listener) continue;  // closed under its owner's feet: no addresses
    for (const auto& socket : one->sockets) texts.push_back(text_of(socket.bound));
  }
  return texts;
}

void Listeners::close(Listener* listener) {
  std::lock_guard lock(mutex_);
  const auto place = std::find_if(listeners_.begin(), listeners_.end(),
                                  [&](const auto& one) { return one.get() == listener; });
  if (place != listeners_.end()) shut(*place);
}

void Listeners::close_owned_by(std::string_view owner) {
  std::lock_guard lock(mutex_);
  const auto all = listeners_;
  for (const auto& listener : all) {
    if (listener->request.owner == owner) shut(listener);
  }
}

void Listeners::shut(std::shared_ptr<Listener> kept) {
  std::erase(listeners_, kept);
  kept->closed = true;
  for (const auto& socket : kept->sockets) ::close(socket.fd);
  kept->sockets.clear();
  std::vector<Connection*> undelivered;
  for (const auto& [connection, owner] : connections_) {
    const bool mine = connection->listener == kept && connection->fd >= 0;
    if (mine && connection->at != Connection::At::delivered) undelivered.push_back(connection);
  }
  for (auto* connection : undelivered) {
    count_out(*connection);
    forget(*connection);
  }
}

void Listeners::close(Connection* connection) {
  std::lock_guard lock(mutex_);
  count_out(*connection);
  forget(*connection);
}

void Listeners::count_out(Connection& connection) {
  if (connection.fd < 0) return;
  auto& listener = *connection.listener;
  if (listener.request.on_close) listener.request.on_close(connection);
  ::close(connection.fd);
  connection.fd = -1;
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

// ---- Accepting
// ------------------------------------------------------------------------------------------------

void Listeners::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "accept");
  int pause = -1;
  for (;;) {
    wakeup_->sleep(pause, pause < 0);
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
    }
    pause = serve_once();
  }
}

int Listeners::serve_once() {
  std::vector<int> ready;
  wakeup_->ready([&](int fd) { ready.push_back(fd); });
  std::lock_guard lock(mutex_);
  retry_waiting();
  bool exhausted = false;
  for (const int fd : ready) {
    std::shared_ptr<Listener> listener;
    for (const auto& one : listeners_) {
      for (const auto& socket : one->sockets) {
        if (socket.fd == fd) listener = one;
      }
    }
    if (!listener) continue;  // closed meanwhile
    for (int i = 0; i < accepts_per_turn && waiting_.size() < max_waiting; ++i) {
      const auto taken = take_one(listener, fd);
      exhausted = exhausted || taken == Taken::out_of_descriptors;
      if (taken != Taken::more) break;
    }
  }
  // A full process gets no better by trying at once: the callers wait in the kernel's queue meanwhile.
  if (exhausted) return 100;
  return waiting_.empty() ? -1 : 2;
}

Listeners::Taken Listeners::take_one(const std::shared_ptr<Listener>& listener, int fd) {
  Address remote;
  remote.size = sizeof remote.storage;
  const int accepted =
      ::accept4(fd, reinterpret_cast<sockaddr*>(&remote.storage), &remote.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) {
    if (!descriptors_exhausted(errno)) return errno == EAGAIN ? Taken::none : Taken::more;
    complain("cannot accept connections: out of descriptors; raise the limit (ulimit -n, LimitNOFILE=)", "");
    return Taken::out_of_descriptors;
  }
  const auto key = limit_key(remote);
  if (const auto why = over_limit(*listener, key); !why.empty()) {
    refuse(*listener, accepted, why);
    return Taken::more;
  }
  const int on = 1;
  ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Address local;
  local.size = sizeof local.storage;
  ::getsockname(accepted, reinterpret_cast<sockaddr*>(&local.storage), &local.size);

  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connection.owner = this;
  connection.fd = accepted;
  connection.remote = text_of(remote);
  connection.local = text_of(local);
  connection.loopback = is_loopback(remote);
  connection.listener = listener;
  connection.limit_key = key;
  connections_.emplace(&connection, std::move(owned));
  ++listener->open;
  ++listener->accepted;
  ++open_count_;
  ++per_address_[key];
  accepted_->add(1);
  open_->set(static_cast<std::int64_t>(open_count_));
  if (listener->request.on_open) listener->request.on_open(connection);
  if (!hand_over(connection)) waiting_.push_back(&connection);
  return Taken::more;
}

std::string Listeners::over_limit(const Listener& listener, const std::string& key) const {
  if (open_count_ >= limits_.total) return "limits.connections (" + std::to_string(limits_.total) + ")";
  if (listener.open >= limits_.per_listener) {
    return "the listener's limit (" + std::to_string(limits_.per_listener) + ")";
  }
  const auto found = per_address_.find(key);
  if (found != per_address_.end() && found->second >= limits_.per_address) {
    return "limits.connections_per_address (" + std::to_string(limits_.per_address) + ") of " + key;
  }
  return {};
}

void Listeners::refuse(Listener& listener, int fd, const std::string& why) {
  ::close(fd);
  ++listener.refused;
  refused_->add(1);
  complain("connection refused: over " + why, listener.request.owner);
}

// ---- To a lane
// ------------------------------------------------------------------------------------------------

// True when it is out of our hands: posted, or closed because no lane is left.
bool Listeners::hand_over(Connection& connection) {
  const auto& lanes = connection.listener->request.lanes;
  std::vector<std::pair<std::size_t, std::size_t>> by_load;  // connections, index
  for (std::size_t index = 0; index < lanes.size(); ++index) {
    const auto found = per_lane_.find(lanes[index]);
    by_load.emplace_back(found == per_lane_.end() ? 0 : found->second, index);
  }
  std::sort(by_load.begin(), by_load.end());
  bool any_left = false;
  for (const auto& [load, index] : by_load) {
    auto* lane = lanes[index];
    // Before the post: the lane may run it at once (it then waits for our lock).
    connection.lane = lane;
    connection.at = Connection::At::posted;
    const auto posted = lane->post(&Listeners::deliver, &connection);
    if (posted == AcceptLane::Posted::yes) {
      ++per_lane_[lane];
      return true;
    }
    any_left = any_left || posted == AcceptLane::Posted::full;
  }
  connection.at = Connection::At::accepted;
  connection.lane = nullptr;
  if (any_left) return false;
  count_out(connection);
  forget(connection);
  return true;
}

void Listeners::retry_waiting() {
  auto waiting = std::exchange(waiting_, {});
  for (auto* connection : waiting) {
    if (!hand_over(*connection)) waiting_.push_back(connection);
  }
}

void Listeners::deliver(void* context) {
  auto& connection = *static_cast<Connection*>(context);
  auto& self = *connection.owner;
  std::shared_ptr<Listener> listener;
  {
    std::lock_guard lock(self.mutex_);
    connection.at = Connection::At::delivered;
    if (connection.fd < 0) {
      self.forget(connection);
      return;
    }
    listener = connection.listener;
  }
  listener->request.on_accept(connection);
}

// ---- What others see
// ------------------------------------------------------------------------------------------

// One line a second whatever happens: a flood of connections must not become a flood of lines.
void Listeners::complain(std::string_view what, std::string_view module) {
  const auto now = now_ns();
  if (complained_at_ != 0 && now - complained_at_ < 1'000'000'000) {
    ++complaints_held_;
    return;
  }
  complained_at_ = now;
  log_.warn(what, {{"module", module}, {"held_back", std::to_string(std::exchange(complaints_held_, 0))}});
}

std::vector<ListenerPicture> Listeners::list() const {
  std::vector<ListenerPicture> pictures;
  std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    ListenerPicture picture{listener->request.owner, listener->request.name, {},
                            listener->open,          listener->accepted,     listener->refused};
    for (const auto& socket : listener->sockets) picture.addresses.push_back(text_of(socket.bound));
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
