#include "out_queue.hpp"

#include <algorithm>

namespace sluice::http {

void OutQueue::push(ParcelRef parcel, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  bytes_ += end - begin;
  items_.push_back({std::move(parcel), begin, end});
}

std::size_t OutQueue::gather(iovec* out, std::size_t room) const {
  std::size_t used = 0;
  for (std::size_t i = first_; i < items_.size() && used < room; ++i) {
    std::size_t skip = items_[i].begin, left = items_[i].end - items_[i].begin;
    for (const iovec& piece : items_[i].parcel->pieces()) {
      if (left == 0 || used == room) break;
      if (skip >= piece.iov_len) {
        skip -= piece.iov_len;
        continue;
      }
      const std::size_t size = std::min(piece.iov_len - skip, left);
      out[used++] = {static_cast<char*>(piece.iov_base) + skip, size};
      left -= size;
      skip = 0;
    }
  }
  return used;
}

void OutQueue::consume(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes != 0) {
    Item& item = items_[first_];
    const std::size_t size = std::min(bytes, item.end - item.begin);
    item.begin += size;
    bytes -= size;
    if (item.begin != item.end) break;
    item.parcel.reset();
    ++first_;
  }
  if (empty()) clear();
}

void OutQueue::clear() {
  items_.clear();
  if (items_.capacity() > kept_items) items_.shrink_to_fit();
  first_ = 0;
  bytes_ = 0;
}

}  // namespace sluice::http
