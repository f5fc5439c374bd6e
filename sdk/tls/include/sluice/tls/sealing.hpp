// From what a connection has queued to its socket, through its TLS session.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sluice/tls/session.hpp>

namespace sluice::tls {

// Where all connections of a lane put the plaintext they have just read, and gather what is to be sealed.
// Each is free again before the next connection has its turn.
struct Rooms {
  std::array<std::uint8_t, record_limit> opened;
  std::array<std::uint8_t, record_limit> sealed;
};

enum class Flow { drained, blocked, failed };

// Seals one record of what the pieces hold, many small ones together. Returns how much was taken; 0: nothing
// can be written (Session::write).
std::size_t seal(Session& session, std::span<const iovec> pieces, std::span<std::uint8_t> room);

// Sends what the session has for the peer as far as the socket takes it.
Flow send_output(Session& session, int fd);

// Sends all that `queue` holds; `sent` grows by the plaintext that was sealed, of which at most
// `sealed_limit` bytes wait within the session. Queue: empty(), gather(iovec*, room) and consume(bytes).
template <class Queue>
Flow send_sealed(Session& session, int fd, Queue& queue, Rooms& rooms, std::size_t& sent) {
  constexpr std::size_t sealed_limit = 64 * 1024, gather_limit = 128;
  for (;;) {
    while (session.output().size() < sealed_limit && !queue.empty()) {
      std::array<iovec, gather_limit> pieces;
      const std::size_t count = queue.gather(pieces.data(), pieces.size());
      const std::size_t taken = seal(session, std::span<const iovec>(pieces).first(count), rooms.sealed);
      if (taken == 0) break;  // it failed
      queue.consume(taken);
      sent += taken;
    }
    if (session.output().empty()) break;
    if (const Flow flow = send_output(session, fd); flow != Flow::drained) return flow;
  }
  return queue.empty() && session.state() != Session::State::failed ? Flow::drained : Flow::failed;
}

}  // namespace sluice::tls
