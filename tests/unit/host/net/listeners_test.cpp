#include "net/listeners.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <set>
#include <thread>

#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "unix_peer.hpp"

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

// A lane with a thread of its own; can be told to be full, gone or not to run anything yet.
class TestLane final : public AcceptLane {
 public:
  TestLane() : thread_([this] { run(); }) {}
  ~TestLane() override { end(); }

  Posted post(void (*fn)(void*), void* ctx) override {
    std::lock_guard lock(mutex_);
    if (ended_) return Posted::gone;
    if (full) return Posted::full;
    inbox_.emplace_back(fn, ctx);
    changed_.notify_one();
    return Posted::yes;
  }
  void end() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }
  std::atomic<bool> full = false;
  std::atomic<bool> holding = false;  // what is posted waits

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      changed_.wait_for(lock, 1ms, [&] { return ended_ || (!inbox_.empty() && !holding); });
      if (ended_ || inbox_.empty() || holding) continue;
      const auto [fn, ctx] = inbox_.front();
      inbox_.pop_front();
      lock.unlock();
      fn(ctx);
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<void (*)(void*), void*>> inbox_;
  bool ended_ = false;
  std::thread thread_;
};

struct Room {
  observe::Log log{{.level = observe::Level::error, .json = false, .file = "/dev/null"}};
  observe::Metrics metrics;
  AcceptLimits limits;
  std::unique_ptr<Listeners> listeners;
  TestLane lanes[2];
  std::mutex mutex;
  std::condition_variable changed;
  std::set<Connection*> delivered;
  std::atomic<int> held = 0;  // the ledger's view
  std::string why;

  explicit Room(AcceptLimits with = {})
      : limits(with), listeners(std::make_unique<Listeners>(with, log, metrics)) {}
  ~Room() {
    for (auto& lane : lanes) lane.end();
    listeners.reset();
  }

  ListenRequest request(const std::string& address, const std::string& owner = "m") {
    ListenRequest request;
    request.owner = owner;
    request.name = "main";
    if (!address.empty()) request.addresses.push_back(*config::parse_listen_address(address));
    request.lanes = {&lanes[0], &lanes[1]};
    request.on_accept = [this](Connection& connection) {
      std::lock_guard lock(mutex);
      delivered.insert(&connection);
      changed.notify_all();
    };
    request.on_open = [this](Connection&) { ++held; };
    request.on_close = [this](Connection&) { --held; };
    return request;
  }
  Listener* open(const std::string& address = "127.0.0.1:0") {
    return listeners->open(request(address), why).value();
  }

  int port(Listener* listener) {
    const auto text = listeners->addresses(listener).at(0);
    return std::stoi(text.substr(text.rfind(':') + 1));
  }
  bool wait_delivered(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, [&] { return delivered.size() == count; });
  }
  template <class Done>
  bool wait(Done done) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!done() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return done();
  }
};

class Client {
 public:
  Client(int family, int port) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = v4.sin_port;
    v6.sin6_addr = in6addr_loopback;
    const auto* address =
        family == AF_INET ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
    connected_ = ::connect(fd_, address, family == AF_INET ? sizeof v4 : sizeof v6) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool connected() const { return connected_; }
  // The other side has closed (waits for it).
  bool closed() const {
    timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    const auto got = ::recv(fd_, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace

TEST_CASE("a connection reaches a lane, ready to use, and is counted out at its close") {
  Room room;
  auto* listener = room.open();
  Client client(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(1));
  Connection& connection = **room.delivered.begin();
  CHECK((::fcntl(connection.fd, F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(connection.fd, F_GETFD) & FD_CLOEXEC) != 0);
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ::getsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  CHECK(no_delay != 0);
  CHECK(connection.loopback);
  CHECK(connection.remote.starts_with("127.0.0.1:"));
  CHECK(connection.local == "127.0.0.1:" + std::to_string(room.port(listener)));
  CHECK(room.held == 1);
  room.listeners->close(&connection);
  CHECK(client.closed());
  CHECK(room.held == 0);
  CHECK(room.listeners->connections() == 0);
}

TEST_CASE("a bare port serves both families") {
  Room room;
  auto* listener = room.open(":0");
  Client v4(AF_INET, room.port(listener));
  REQUIRE(v4.connected());
  std::size_t expected = 1;
  Client v6(AF_INET6, room.port(listener));
  if (v6.connected()) ++expected;  // a machine may have no IPv6
  CHECK(room.wait_delivered(expected));
  for (auto* connection : room.delivered) CHECK(connection->loopback);
}

TEST_CASE("connections go to the lane with the fewest") {
  Room room;
  auto* listener = room.open();
  std::deque<Client> clients;
  for (int i = 0; i < 20; ++i) clients.emplace_back(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(20));
  const auto on_first = [&] {
    return std::count_if(room.delivered.begin(), room.delivered.end(),
                         [&](auto* connection) { return connection->lane == &room.lanes[0]; });
  };
  CHECK(on_first() == 10);
  for (auto it = room.delivered.begin(); it != room.delivered.end();) {
    const bool first = (*it)->lane == &room.lanes[0];
    if (first) room.listeners->close(*it);
    it = first ? room.delivered.erase(it) : std::next(it);
  }
  for (int i = 0; i < 10; ++i) clients.emplace_back(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(20));
  CHECK(on_first() == 10);
}

TEST_CASE("limits: per address, per listener, total; the refused are closed and counted") {
  AcceptLimits limits;
  SECTION("address") { limits.per_address = 3; }
  SECTION("listener") { limits.per_listener = 3; }
  SECTION("total") { limits.total = 3; }
  Room room(limits);
  auto* listener = room.open();
  std::deque<Client> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(3));
  Client fourth(AF_INET, room.port(listener));
  CHECK(fourth.closed());
  CHECK(room.listeners->list().at(0).refused == 1);
  CHECK(room.listeners->list().at(0).connections == 3);
  auto* one = *room.delivered.begin();
  room.delivered.erase(one);
  room.listeners->close(one);
  Client fifth(AF_INET, room.port(listener));
  CHECK(room.wait_delivered(3));
}

TEST_CASE("an address in use names the address and, if it is ours, whose it is") {
  Room room;
  auto* listener = room.open();
  const auto address = "127.0.0.1:" + std::to_string(room.port(listener));
  const auto again = room.listeners->open(room.request(address, "other"), room.why);
  CHECK(again.error() == NetErrc::bind_failed);
  CHECK(room.why.find(address) != std::string::npos);
  CHECK(room.why.find("module m") != std::string::npos);
  room.listeners->close(listener);
  CHECK(room.listeners->open(room.request(address, "other"), room.why).has_value());
}

TEST_CASE("all addresses or none") {
  Room room;
  auto* taken = room.open();
  auto request = room.request("127.0.0.1:0");
  request.addresses.push_back(*config::parse_listen_address("127.0.0.1:" + std::to_string(room.port(taken))));
  const auto before = open_descriptors();
  CHECK(room.listeners->open(std::move(request), room.why).has_error());
  CHECK(open_descriptors() == before);
  CHECK(room.listeners->list().size() == 1);
  CHECK(room.listeners->open(room.request(""), room.why).has_value());  // configured not to listen
}

TEST_CASE("a full lane is passed over; when all are full the connection waits and is not lost") {
  Room room;
  auto* listener = room.open();
  room.lanes[0].full = true;
  Client first(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(1));
  CHECK((*room.delivered.begin())->lane == &room.lanes[1]);
  room.lanes[1].full = true;
  Client second(AF_INET, room.port(listener));
  REQUIRE(room.wait([&] { return room.listeners->connections() == 2; }));
  CHECK(room.delivered.size() == 1);
  room.lanes[0].full = false;
  CHECK(room.wait_delivered(2));
}

TEST_CASE("lanes that are gone leak nothing") {
  Room room;
  auto* listener = room.open();
  for (auto& lane : room.lanes) lane.end();
  Client client(AF_INET, room.port(listener));
  CHECK(client.closed());
  CHECK(room.wait([&] { return room.listeners->connections() == 0; }));
  CHECK(room.held == 0);
}

TEST_CASE("closing a listener closes what was not delivered and leaves what was") {
  Room room;
  auto* listener = room.open();
  Client served(AF_INET, room.port(listener));
  REQUIRE(room.wait_delivered(1));
  for (auto& lane : room.lanes) lane.holding = true;
  Client early(AF_INET, room.port(listener));
  REQUIRE(room.wait([&] { return room.listeners->connections() == 2; }));
  room.listeners->close(listener);
  CHECK(early.closed());
  CHECK(room.held == 1);
  for (auto& lane : room.lanes) lane.holding = false;  // the late delivery finds nothing to deliver
  CHECK(room.delivered.size() == 1);
  room.listeners->close(*room.delivered.begin());
  CHECK(room.held == 0);
}

TEST_CASE("out of descriptors: accepting pauses without spinning and goes on when there are some again") {
  Room room;
  auto* listener = room.open();
  const int port = room.port(listener);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  // One descriptor is left: for the client; none for the accepted side.
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  Client client(AF_INET, port);
  timespec spent{}, after{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  const auto until = std::chrono::steady_clock::now() + 300ms;
  {
    std::unique_lock lock(room.mutex);
    CHECK_FALSE(room.changed.wait_until(lock, until, [&] { return !room.delivered.empty(); }));
  }
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  ::setrlimit(RLIMIT_NOFILE, &before);
  const auto cpu_ms = (after.tv_sec - spent.tv_sec) * 1000 + (after.tv_nsec - spent.tv_nsec) / 1'000'000;
  CHECK(cpu_ms < 200);
  REQUIRE(client.connected());
  CHECK(room.wait_delivered(1));
}

TEST_CASE("opening, connecting and closing from several threads leaves nothing behind") {
  const auto before = open_descriptors();
  {
    Room room;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&room] {
        for (int n = 0; n < 30; ++n) {
          std::string why;
          auto* listener = room.listeners->open(room.request("127.0.0.1:0"), why).value();
          const auto text = room.listeners->addresses(listener).at(0);
          const int port = std::stoi(text.substr(text.rfind(':') + 1));
          Client a(AF_INET, port), b(AF_INET, port);
          room.listeners->close(listener);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    // What had been delivered before its listener closed is still the lane's.
    std::unique_lock lock(room.mutex);
    const auto left = room.delivered;
    lock.unlock();
    for (auto* connection : left) room.listeners->close(connection);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a later generation stands by on the same socket and takes over without closing it") {
  Room room;
  auto* first = room.open();
  const int port = room.port(first);
  std::atomic<int> second_got = 0;
  auto next = room.request("127.0.0.1:0");
  next.generation = 2;
  next.standby = true;
  next.on_accept = [&](Connection&) { ++second_got; };
  auto* second = room.listeners->open(next, room.why).value();
  CHECK(room.port(second) == port);
  CHECK(room.listeners->list().size() == 1);

  Client early(AF_INET, port);
  CHECK(room.wait_delivered(1));
  room.listeners->activate("m", 2);
  Client late(AF_INET, port);
  CHECK(room.wait([&] { return second_got == 1; }));
  CHECK(room.wait_delivered(1));
  CHECK(room.listeners->addresses(first).empty());
  room.listeners->close(first);
  Client later(AF_INET, port);
  CHECK(room.wait([&] { return second_got == 2; }));
  room.listeners->close(second);
  CHECK_FALSE(Client(AF_INET, port).connected());
}

TEST_CASE("a generation standing by that is given up takes nothing along") {
  Room room;
  auto* first = room.open();
  const int port = room.port(first);
  auto next = room.request("127.0.0.1:0");
  next.generation = 2;
  next.standby = true;
  next.addresses.push_back(*config::parse_listen_address("127.0.0.1:0"));
  auto* second = room.listeners->open(next, room.why).value();
  room.listeners->close(second);
  Client client(AF_INET, port);
  CHECK(room.wait_delivered(1));
  CHECK(room.listeners->list().size() == 1);
}

TEST_CASE("what was accepted and not delivered goes to the successor") {
  Room room;
  auto* first = room.open();
  const int port = room.port(first);
  for (auto& lane : room.lanes) lane.holding = true;
  Client client(AF_INET, port);
  CHECK(room.wait([&] { return room.held == 1; }));

  TestLane other;
  std::atomic<int> got = 0;
  auto next = room.request("127.0.0.1:0");
  next.generation = 2;
  next.standby = true;
  next.lanes = {&other};
  next.on_accept = [&](Connection&) { ++got; };
  static_cast<void>(room.listeners->open(next, room.why).value());
  room.listeners->activate("m", 2);
  room.listeners->close(first);
  CHECK(room.wait([&] { return got == 1; }));
  CHECK(client.connected());
  for (auto& lane : room.lanes) lane.holding = false;
  CHECK(room.delivered.empty());
  CHECK(room.listeners->connections() == 1);
  room.listeners.reset();
  other.end();
}

TEST_CASE("a retired generation without a successor hears nobody, and the thread does not spin") {
  Room room;
  auto* first = room.open();
  const int port = room.port(first);
  auto next = room.request("127.0.0.1:0");
  next.generation = 2;
  next.standby = true;
  static_cast<void>(room.listeners->open(next, room.why).value());
  room.listeners->retire("m", 1);
  Client waits(AF_INET, port);  // in the kernel's queue
  CHECK(waits.connected());
  CHECK(room.delivered.empty());
  room.listeners->activate("m", 2);
  CHECK(room.wait_delivered(1));
}

namespace {

struct SocketPath {
  SocketPath() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-listen-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    path = folder / "s";
  }
  ~SocketPath() { std::filesystem::remove_all(folder); }
  std::string address(const std::string& words = "") const { return "unix:" + path.string() + words; }
  bool connects() const { return test::connects(path); }
  unsigned mode() const { return static_cast<unsigned>(std::filesystem::status(path).permissions()); }
  std::filesystem::path folder, path;
};

}  // namespace

TEST_CASE("a Unix socket: its file, its mode, its peers, its end") {
  const SocketPath at;
  Room room;
  auto* listener = room.open(at.address("?mode=606"));
  CHECK(at.mode() == 0606);
  CHECK(room.listeners->addresses(listener) == std::vector<std::string>{at.address()});
  REQUIRE(at.connects());
  REQUIRE(room.wait_delivered(1));
  Connection& connection = **room.delivered.begin();
  CHECK(connection.remote == "unix");
  CHECK(connection.local == at.address());
  CHECK(connection.loopback);
  room.listeners->close(&connection);
  std::string why;
  CHECK_FALSE(room.listeners->open(room.request(at.address(), "other"), why).has_value());
  CHECK(why.find("cannot listen on " + at.address() + ": another program has it") == 0);
  CHECK(at.connects());
  room.listeners->close(listener);
  CHECK_FALSE(std::filesystem::exists(at.path));
}

TEST_CASE("a later generation takes a Unix socket over, mode and all, and nobody hears a refusal") {
  const SocketPath at;
  Room room;
  auto* first = room.open(at.address());
  CHECK(at.mode() == 0660);
  auto wanted = room.request(at.address("?mode=666"));
  wanted.generation = 2;
  wanted.standby = true;
  auto* second = room.listeners->open(wanted, room.why).value();
  CHECK(at.mode() == 0660);
  CHECK(at.connects());
  room.listeners->activate("m", 2);
  CHECK(at.mode() == 0666);
  CHECK(at.connects());
  room.listeners->close(first);
  CHECK(at.connects());
  room.listeners->close(second);
  CHECK_FALSE(std::filesystem::exists(at.path));
}

TEST_CASE("a new Unix socket of a generation that stands by is closed to all, and gone if it is given up") {
  const SocketPath at;
  Room room;
  auto wanted = room.request(at.address());
  wanted.generation = 2;
  wanted.standby = true;
  auto* standby = room.listeners->open(wanted, room.why).value();
  CHECK(at.mode() == 0);
  room.listeners->close(standby);
  CHECK_FALSE(std::filesystem::exists(at.path));
}
