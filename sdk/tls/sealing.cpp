#include <sluice/tls/sealing.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::tls {

std::size_t seal(Session& session, std::span<const iovec> pieces, std::span<std::uint8_t> room) {
  if (pieces.empty()) return 0;
  const iovec& first = pieces.front();
  if (first.iov_len >= room.size() || pieces.size() == 1)  // a full record as it lies there
    return session.write({static_cast<const std::uint8_t*>(first.iov_base), first.iov_len});
  std::size_t used = 0;
  for (const iovec& piece : pieces) {
    const std::size_t size = std::min(piece.iov_len, room.size() - used);
    std::memcpy(room.data() + used, piece.iov_base, size);
    used += size;
    if (used == room.size()) break;
  }
  return session.write(room.first(used));
}

Flow send_output(Session& session, int fd) {
  while (!session.output().empty()) {
    const auto output = session.output();
    const ssize_t written = ::send(fd, output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Flow::blocked : Flow::failed;
    session.sent(static_cast<std::size_t>(written));
    if (static_cast<std::size_t>(written) < output.size()) return Flow::blocked;  // the socket is full
  }
  return Flow::drained;
}

}  // namespace sluice::tls
