#include "wire/handshake.hpp"

#include <algorithm>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::rtmp {
namespace {

constexpr uint8_t tls_handshake_record = 22;  // RFC 8446 section 5.1

Result<void> check_version(uint8_t offered) {
  if (offered == handshake_version) return {};
  if (offered == 6 || offered == 8) return Errc::rtmpe_unsupported;
  if (offered == tls_handshake_record) return Errc::tls_unexpected;
  return Errc::bad_version;
}

void write_packet(std::vector<uint8_t>& out, uint32_t now_ms, const HandshakeRandom& random) {
  wire::ByteWriter writer(out);
  writer.u32be(now_ms);
  writer.u32be(0);
  writer.bytes(random);
}

// Moves bytes to `packet` until it is whole; returns how many.
size_t collect(std::span<const uint8_t> in, std::vector<uint8_t>& packet) {
  const size_t taken = std::min(in.size(), handshake_packet_size - packet.size());
  packet.insert(packet.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

}  // namespace

Result<size_t> ServerHandshake::feed(std::span<const uint8_t> in, uint32_t now_ms,
                                     const HandshakeRandom& random) {
  size_t at = 0;
  if (stage_ == Stage::c0 && !in.empty()) {
    if (const auto checked = check_version(in[0]); !checked) return checked.error();
    stage_ = Stage::c1;
    at = 1;
  }
  if (stage_ == Stage::c1) {
    at += collect(in.subspan(at), c1_);
    if (c1_.size() == handshake_packet_size) answer(now_ms, random);
  }
  if (stage_ == Stage::c2) {
    const size_t taken = std::min(in.size() - at, c2_left_);
    c2_left_ -= taken;
    at += taken;
    if (c2_left_ == 0) stage_ = Stage::done;
  }
  return at;
}

void ServerHandshake::answer(uint32_t now_ms, const HandshakeRandom& random) {
  output_.reserve(1 + 2 * handshake_packet_size);
  output_.push_back(handshake_version);
  write_packet(output_, now_ms, random);
  output_.insert(output_.end(), c1_.begin(), c1_.end());
  c1_ = {};
  stage_ = Stage::c2;
}

ClientHandshake::ClientHandshake(uint32_t now_ms, const HandshakeRandom& random) {
  output_.reserve(1 + handshake_packet_size);
  output_.push_back(handshake_version);
  write_packet(output_, now_ms, random);
}

Result<size_t> ClientHandshake::feed(std::span<const uint8_t> in) {
  size_t at = 0;
  if (stage_ == Stage::s0 && !in.empty()) {
    if (const auto checked = check_version(in[0]); !checked) return checked.error();
    stage_ = Stage::s1;
    at = 1;
  }
  if (stage_ == Stage::s1) {
    at += collect(in.subspan(at), s1_);
    if (s1_.size() == handshake_packet_size) {
      output_.insert(output_.end(), s1_.begin(), s1_.end());
      s1_ = {};
      stage_ = Stage::s2;
    }
  }
  if (stage_ == Stage::s2) {
    const size_t taken = std::min(in.size() - at, s2_left_);
    s2_left_ -= taken;
    at += taken;
    if (s2_left_ == 0) stage_ = Stage::done;
  }
  return at;
}

}  // namespace sluice::rtmp
