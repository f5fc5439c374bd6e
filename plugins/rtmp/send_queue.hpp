// SendQueue: what one connection still has to put on the wire.
#pragma once

#include <cstddef>
#include <sluice/tls/sealing.hpp>
#include <vector>

#include "parcel.hpp"

namespace sluice::rtmp {

// Holds references, never copies. Who fills it bounds it: nothing more is queued while it is blocked. [lane]
class SendQueue {
 public:
  using Outcome = tls::Flow;

  bool empty() const { return first_ == items_.size(); }
  std::size_t size() const { return items_.size() - first_; }
  void push(ParcelRef parcel) { items_.push_back(std::move(parcel)); }

  // Writes as much as the socket takes, many parcels in one gather write. `sent` grows by what it took.
  Outcome flush(int fd, std::size_t& sent);
  // The same by hand. Fills at most `room` slots with what is next; returns how many.
  std::size_t gather(iovec* out, std::size_t room) const;
  void consume(std::size_t bytes);
  void clear();

 private:
  static constexpr std::size_t gather_limit = 128;
  static constexpr std::size_t kept_items = 64;

  std::vector<ParcelRef> items_;
  std::size_t first_ = 0;   // items before it are gone
  std::size_t offset_ = 0;  // bytes of items_[first_] already on the wire
};

}  // namespace sluice::rtmp
