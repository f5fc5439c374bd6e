// The simple handshake ("RTMP 1.0" 5.2), both sides, resumable at any byte. Randomness is passed in.
//
//   client  C0 (version)  C1 (time, zero, 1528 random)             C2 (echo of S1)
//   server                S0 S1 (time, zero, 1528 random) S2 (echo of C1)
//
// Clients that would like Flash's digest handshake put a version where C1 has its zeros; our S1 has zeros
// there, which tells them to fall back to the simple one. Echoes are not compared: many encoders send
// something else in C2, and nothing depends on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "wire/error.hpp"

namespace sluice::rtmp {

inline constexpr uint8_t handshake_version = 3;  // C0 and S0
inline constexpr size_t handshake_packet_size = 1536;
inline constexpr size_t handshake_random_size = handshake_packet_size - 8;
using HandshakeRandom = std::array<uint8_t, handshake_random_size>;

class ServerHandshake {
 public:
  // Takes what belongs to the handshake off the front of `in` and returns how much that was; the rest is
  // chunks. `now_ms` and `random` go into S1 and are read once, when C1 is complete.
  // Fails with Errc::bad_version, rtmpe_unsupported or tls_unexpected, at the first byte.
  Result<size_t> feed(std::span<const uint8_t> in, uint32_t now_ms, const HandshakeRandom& random);

  // What is to be sent now; empty if nothing is. S0, S1 and S2 come at once.
  std::vector<uint8_t> take_output() { return std::exchange(output_, {}); }

  bool done() const { return stage_ == Stage::done; }

 private:
  enum class Stage { c0, c1, c2, done };
  void answer(uint32_t now_ms, const HandshakeRandom& random);

  Stage stage_ = Stage::c0;
  size_t c2_left_ = handshake_packet_size;
  std::vector<uint8_t> c1_;
  std::vector<uint8_t> output_;
};

class ClientHandshake {
 public:
  // C0 and C1 are ready to be taken at once.
  ClientHandshake(uint32_t now_ms, const HandshakeRandom& random);

  // As for the server. C2 is ready when S1 is complete; done() when S2 has been received too.
  Result<size_t> feed(std::span<const uint8_t> in);
  std::vector<uint8_t> take_output() { return std::exchange(output_, {}); }
  bool done() const { return stage_ == Stage::done; }

 private:
  enum class Stage { s0, s1, s2, done };

  Stage stage_ = Stage::s0;
  size_t s2_left_ = handshake_packet_size;
  std::vector<uint8_t> s1_;
  std::vector<uint8_t> output_;
};

}  // namespace sluice::rtmp
