// The accept thread: takes what waits at the listening sockets, within the limits, and hands it to a lane.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "net/listener.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

namespace sluice::net {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

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
      if (one->phase != Listener::Phase::active) continue;
      for (const auto& socket : one->sockets) {
        if (socket->socket.fd == fd) listener = one;
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
  if (remote.family() != AF_UNIX) ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Address local;
  local.size = sizeof local.storage;
  ::getsockname(accepted, reinterpret_cast<sockaddr*>(&local.storage), &local.size);

  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connection.owner = this;
  connection.fd = accepted;
  connection.remote = peer_text(remote);
  connection.local = text_of(local);
  connection.loopback = is_loopback(remote);
  connection.listener = listener;
  connection.limit_key = key;
  connections_.emplace(&connection, std::move(owned));
  accepted_->add(1);
  count_in(connection);
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

}  // namespace sluice::net
