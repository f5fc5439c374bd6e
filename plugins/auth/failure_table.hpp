// FailureTable: who showed wrong credentials too often of late. At most `rows` addresses; the one that failed
// longest ago makes room.
#pragma once

#include <array>
#include <chrono>
#include <list>
#include <map>

#include "address.hpp"

namespace sluice::auth {

class FailureTable {
 public:
  using Time = std::chrono::nanoseconds;  // of the monotonic clock

  static constexpr std::size_t rows = 4096;
  static constexpr std::size_t failures_allowed = 10;
  static constexpr Time window = std::chrono::seconds(60);
  static constexpr Time block = std::chrono::seconds(60);

  bool is_blocked(const Address& address, Time now) const;

  // True if this failure is the one that blocks the address.
  bool count_failure(const Address& address, Time now);

  std::size_t size() const { return rows_.size(); }

 private:
  // The last failures as a ring: the oldest is overwritten next.
  //
  //   at_   [ t9 | t10 | t1 | t2 | ... ]      ten within the window: blocked
  //                      ^ next_
  struct Row {
    std::array<Time, failures_allowed> at;
    std::size_t next = 0;
    Time blocked_until = Time::min();
    std::list<Address>::iterator age;
  };

  // Whoever has one IPv6 address has 2^64 of them: a /64 counts as one.
  static Address row_of(const Address& address);

  std::map<Address, Row> rows_;
  std::list<Address> by_age_;  // front: failed longest ago
};

}  // namespace sluice::auth
