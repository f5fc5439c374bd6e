// Cases for modules that listen: what strangers on the network can do to them.
#include <algorithm>
#include <random>
#include <thread>

#include "engine/lane.hpp"
#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {
namespace {

using modules::Ledger;
using namespace std::chrono_literals;

class Siege {
 public:
  explicit Siege(Trial& trial) : trial_(trial) {
    if (!trial.subject().listens()) skip("it has no TCP listener");
    life_ = trial.serve();
    addresses_ = life_->addresses();
    if (addresses_.empty()) {
      fail("SL-RUN-001", "it serves but listens nowhere, though its manifest names a listener",
           "Open the manifest's listeners in start with sluice.net/1.");
    }
  }

  // Each address in turn.
  const std::string& address() { return addresses_[next_++ % addresses_.size()]; }
  std::size_t open() const { return life_->held(Ledger::Kind::connection); }
  Life& life() { return *life_; }

  void expect_lanes() {
    for (auto* lane : life_->seat().lanes) {
      if (modules::call_on(*lane, 2s, [] {}) == modules::Called::done) continue;
      fail("SL-RUN-002", "lane " + std::to_string(lane->index()) + " is held up, after " + trial_.step(),
           "Sockets are non-blocking: take what is there, and come back by a watch.");
    }
  }

  // The strangers have gone: it lets go of them, and serves the next.
  void expect_recovery() {
    const auto what = trial_.step();
    expect_lanes();
    trial_.step("a new connection, after " + what);
    TcpPeer next(address());
    if (!next.connected()) {
      fail("SL-RUN-001", "it no longer listens, after " + what, "Keep the listener open until drain.");
    }
    // On a busy machine the strangers may still wait to be accepted: nothing open would be no answer then.
    eventually([&] { return open() > 0; }, 2s);
    next.close();
    trial_.step("that it lets go of those who left, after " + what);
    if (!eventually([&] { return open() == 0; }, 15s)) {
      fail("R5",
           std::to_string(open()) + " connections are still open 15 s after their peers had gone, after " +
               what,
           "Close a connection when a read says 0 or fails.");
    }
    trial_.retire(*life_);
  }

 private:
  Trial& trial_;
  std::unique_ptr<Life> life_;
  std::vector<std::string> addresses_;
  std::size_t next_ = 0;
};

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::vector<std::string> known_noise() {
  return {std::string(4096, '\0'),
          std::string(4096, '\xff'),
          std::string(4096, '\n'),
          "GET / HTTP/1.1\r\nHost: kit\r\n\r\n",
          "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
          std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, 'r'),
          std::string("\x03", 1) + std::string(1536, '\x01'),
          std::string("\x06", 1)};
}

}  // namespace

std::string try_socket_noise(Trial& trial) {
  Siege siege(trial);
  std::mt19937 random(4711);
  const std::size_t peers = trial.pace().quick ? 20 : 100;
  for (const auto& noise : known_noise()) {
    trial.step("bytes of some other protocol");
    TcpPeer peer(siege.address());
    peer.send(noise, 500ms);
    peer.listen(20ms);
  }
  for (std::size_t i = 0; i < peers; ++i) {
    trial.step("random bytes, seed 4711, peer " + std::to_string(i));
    TcpPeer peer(siege.address());
    for (int piece = 0; piece < 4; ++piece) {
      peer.send(random_bytes(random, 1 + random() % 4096), 500ms);
      peer.listen(1ms);
    }
    if (i % 3 == 0) peer.reset();
  }
  siege.expect_recovery();
  return std::to_string(peers) + " peers with random bytes, " + std::to_string(known_noise().size()) +
         " with other protocols'";
}

std::string try_socket_hang_ups(Trial& trial) {
  Siege siege(trial);
  const std::size_t rounds = trial.pace().quick ? 20 : 100;
  std::vector<TcpPeer> half_open;
  trial.step("peers that hang up at once, and some that stay half open");
  for (std::size_t i = 0; i < rounds; ++i) {
    TcpPeer(siege.address()).close();
    TcpPeer(siege.address()).reset();
    auto& half = half_open.emplace_back(siege.address());
    half.send("x", 100ms);
    half.shut_writing();
  }
  siege.expect_lanes();
  half_open.clear();
  siege.expect_recovery();
  return std::to_string(rounds) + " each that closed, reset and stayed half open";
}

std::string try_socket_crowd(Trial& trial) {
  Siege siege(trial);
  constexpr std::size_t crowd = 200;
  trial.step("200 connections at once");
  std::vector<TcpPeer> peers;
  std::size_t connected = 0;
  for (std::size_t i = 0; i < crowd; ++i) {
    peers.emplace_back(siege.address());
    connected += peers.back().connected() ? 1 : 0;
  }
  if (connected < crowd) skip("this machine gave only " + std::to_string(connected) + " connections");
  for (auto& peer : peers) peer.send("\x03kit", 100ms);
  siege.expect_lanes();
  eventually([&] { return siege.open() >= crowd; }, 1s);
  const auto open = siege.open();
  peers.clear();
  siege.expect_recovery();
  return "200 connections, " + std::to_string(open) + " of them kept";
}

std::string try_socket_slow(Trial& trial) {
  Siege siege(trial);
  trial.step("peers that never read, and peers that drip");
  std::vector<TcpPeer> deaf, slow;
  const std::string flood(1u << 20, 'k');
  for (int i = 0; i < 4; ++i) {
    deaf.emplace_back(siege.address());
    deaf.back().send(flood, 200ms);
  }
  for (int i = 0; i < 8; ++i) slow.emplace_back(siege.address());
  const int drops = trial.pace().quick ? 20 : 60;
  for (int drop = 0; drop < drops; ++drop) {
    for (auto& peer : slow) peer.send("\x03", 10ms);
    if (drop % 10 == 0) siege.expect_lanes();
    std::this_thread::sleep_for(10ms);
  }
  siege.expect_lanes();
  for (auto& peer : deaf) peer.reset();
  slow.clear();
  siege.expect_recovery();
  return "4 peers that never read, 8 that dripped; every lane kept answering";
}

}  // namespace sluice::kit
