#include "failure_table.hpp"

#include <algorithm>

namespace sluice::auth {

Address FailureTable::row_of(const Address& address) {
  if (address.is_v4()) return address;
  Address::Bytes bytes = address.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return Address(bytes);
}

bool FailureTable::is_blocked(const Address& address, Time now) const {
  const auto row = rows_.find(row_of(address));
  return row != rows_.end() && now < row->second.blocked_until;
}

bool FailureTable::count_failure(const Address& address, Time now) {
  const Address key = row_of(address);
  const auto [place, added] = rows_.try_emplace(key);
  Row& row = place->second;
  if (added) {
    row.at.fill(Time::min());
    row.age = by_age_.insert(by_age_.end(), key);
  } else {
    by_age_.splice(by_age_.end(), by_age_, row.age);
  }
  row.at[row.next] = now;
  row.next = (row.next + 1) % row.at.size();
  const Time oldest = row.at[row.next];
  const bool blocks = oldest != Time::min() && now - oldest <= window && now >= row.blocked_until;
  if (blocks) row.blocked_until = now + block;
  if (rows_.size() > rows) {
    rows_.erase(by_age_.front());
    by_age_.pop_front();
  }
  return blocks;
}

}  // namespace sluice::auth
