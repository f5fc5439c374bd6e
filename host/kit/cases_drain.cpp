// Cases about a module's end while somebody is connected to it.
#include <algorithm>
#include <thread>

#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {
namespace {

using modules::Ledger;
using namespace std::chrono_literals;

constexpr std::size_t peers_per_listener = 8;

std::vector<TcpPeer> connect(Trial& trial, const Life& life) {
  if (!trial.subject().listens()) skip("it has no TCP listener");
  trial.step("connecting to its listeners");
  std::vector<TcpPeer> peers;
  for (const auto& address : life.addresses()) {
    for (std::size_t i = 0; i < peers_per_listener; ++i) peers.emplace_back(address);
  }
  if (peers.empty()) {
    fail("SL-RUN-001", "it serves but listens nowhere, though its manifest names a listener",
         "Open the manifest's listeners in start with sluice.net/1.");
  }
  return peers;
}

std::size_t connections(const Life& life) { return life.held(Ledger::Kind::connection); }

// As many as the module keeps; it may send some away.
std::size_t settled_connections(const Life& life, std::size_t wanted) {
  eventually([&] { return connections(life) == wanted; }, 1s);
  return connections(life);
}

void expect_hang_up(std::vector<TcpPeer>& peers) {
  for (auto& peer : peers) {
    const bool over = eventually([&] { return peer.listen(1s) == TcpPeer::Heard::hung_up; }, 3s);
    if (!over) {
      fail("R5", "a connection is still open after the module was stopped",
           "Close every connection with sluice_net.connection_close.");
    }
  }
}

void watch_drain(Trial& trial, Life& life, milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    if (life.module().remaining() == 0) {
      const bool none = eventually([&] { return connections(life) == 0; }, 500ms);
      if (!none && life.module().remaining() == 0) {
        fail(
            "SL-RUN-004",
            "remaining says 0 while " + std::to_string(connections(life)) + " connections are open",
            "Count sessions in `remaining`, or close them in `drain`: 0 tells the host to cut what is left.");
      }
      if (none) return;
    }
    std::this_thread::sleep_for(10ms);
  }
  (void)trial;
}

void expect_no_new_work(Trial& trial, Life& life, const std::vector<std::string>& addresses,
                        std::size_t open) {
  trial.step("a new connection while it drains");
  std::vector<TcpPeer> late;
  for (const auto& address : addresses) late.emplace_back(address);
  const bool grew = eventually([&] { return connections(life) > open; }, 300ms);
  if (!grew) return;
  std::this_thread::sleep_for(100ms);
  if (connections(life) > open) {
    fail("SL-RUN-004", "it takes new connections while it drains", "Close its listeners in `drain`.");
  }
}

}  // namespace

std::string try_drain_with_sessions(Trial& trial) {
  const auto life = trial.serve();
  auto peers = connect(trial, *life);
  const auto open = settled_connections(*life, peers.size());
  trial.step("drain with " + std::to_string(open) + " open connections");
  const auto time = trial.pace().quick ? 700ms : 2000ms;
  const auto addresses = life->addresses();
  life->begin_drain(time);
  expect_no_new_work(trial, *life, addresses, open);
  trial.step("remaining, with connections open");
  watch_drain(trial, *life, time);
  const auto left = life->module().remaining();
  trial.step("stop at the drain's deadline");
  life->stop(left != 0);
  trial.judge_end(life->picture());
  expect_hang_up(peers);
  return std::to_string(open) + " connections, " + std::to_string(left) + " sessions left at the deadline";
}

std::string try_stop_with_sessions(Trial& trial) {
  const auto life = trial.serve();
  auto peers = connect(trial, *life);
  const auto open = settled_connections(*life, peers.size());
  trial.step("stop with " + std::to_string(open) + " open connections");
  life->stop();
  trial.judge_end(life->picture());
  expect_hang_up(peers);
  return std::to_string(open) + " connections closed";
}

}  // namespace sluice::kit
