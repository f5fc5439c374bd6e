// OutQueue: what one connection still has to put on the wire. Holds references, copies nothing.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <vector>

#include "parcel.hpp"

namespace sluice::http {

// Who fills it bounds it, by `bytes`. [lane]
class OutQueue {
 public:
  void push(ParcelRef parcel) {
    const std::size_t end = parcel->bytes();
    push(std::move(parcel), 0, end);
  }
  // Bytes [begin, end) of the parcel.
  void push(ParcelRef parcel, std::size_t begin, std::size_t end);

  bool empty() const { return first_ == items_.size(); }
  std::size_t bytes() const { return bytes_; }
  // Fills at most `room` slots with what is next; returns how many.
  std::size_t gather(iovec* out, std::size_t room) const;
  void consume(std::size_t bytes);
  void clear();

 private:
  static constexpr std::size_t kept_items = 64;

  struct Item {
    ParcelRef parcel;
    std::size_t begin;
    std::size_t end;
  };

  std::vector<Item> items_;
  std::size_t first_ = 0;  // items before it are gone
  std::size_t bytes_ = 0;
};

}  // namespace sluice::http
