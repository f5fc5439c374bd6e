#include "send_queue.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace sluice::rtmp {
namespace {

// Adds the parcel's pieces from `offset` on; returns how many slots of `out` are used then.
std::size_t add_pieces(const Parcel& parcel, std::size_t offset, iovec* out, std::size_t used,
                       std::size_t room) {
  for (const iovec& piece : parcel.pieces) {
    if (used == room) break;
    if (offset >= piece.iov_len) {
      offset -= piece.iov_len;
      continue;
    }
    out[used++] = {static_cast<char*>(piece.iov_base) + offset, piece.iov_len - offset};
    offset = 0;
  }
  return used;
}

ssize_t send_pieces(int fd, iovec* pieces, std::size_t count) {
  msghdr header{};
  header.msg_iov = pieces;
  header.msg_iovlen = count;
  ssize_t sent;
  do sent = ::sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent;
}

}  // namespace

SendQueue::Outcome SendQueue::flush(int fd, std::size_t& sent) {
  while (!empty()) {
    Parcel& front = *items_[first_].get();
    ssize_t written;
    std::size_t offered = front.bytes;
    if (size() == 1 && offset_ == 0 && front.pieces.size() <= gather_limit) {
      written = send_pieces(fd, front.pieces.data(), front.pieces.size());
    } else {
      iovec pieces[gather_limit];
      const std::size_t used = gather(pieces, gather_limit);
      offered = 0;
      for (std::size_t i = 0; i < used; ++i) offered += pieces[i].iov_len;
      written = send_pieces(fd, pieces, used);
    }
    if (written < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::blocked : Outcome::failed;
    sent += static_cast<std::size_t>(written);
    consume(static_cast<std::size_t>(written));
    if (static_cast<std::size_t>(written) < offered) return Outcome::blocked;  // the socket is full
  }
  return Outcome::drained;
}

std::size_t SendQueue::gather(iovec* out, std::size_t room) const {
  std::size_t used = 0, offset = offset_;
  for (std::size_t i = first_; i < items_.size() && used < room; ++i, offset = 0)
    used = add_pieces(*items_[i].get(), offset, out, used, room);
  return used;
}

void SendQueue::consume(std::size_t bytes) {
  while (!empty()) {
    const std::size_t left = items_[first_]->bytes - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    offset_ = 0;
    items_[first_++] = ParcelRef();
  }
  clear();
}

void SendQueue::clear() {
  items_.clear();
  if (items_.capacity() > kept_items) items_.shrink_to_fit();
  first_ = 0;
  offset_ = 0;
}

}  // namespace sluice::rtmp
