#include "wire/aggregate.hpp"

namespace sluice::rtmp {

Result<std::optional<Message>> AggregateReader::poll() {
  if (in_.ok() && in_.at_end()) return std::optional<Message>();
  constexpr size_t tag_header_size = 11;
  Message inner = outer_;
  inner.type = in_.u8();
  const uint32_t length = in_.u24be();
  const uint32_t low = in_.u24be();
  const uint32_t timestamp = low | uint32_t{in_.u8()} << 24;
  in_.skip(3);  // stream id: the outer's counts
  inner.payload = in_.bytes(length);
  const uint32_t back_pointer = in_.u32be();
  const bool adds_up = back_pointer == length + tag_header_size;
  if (!in_.ok() || !adds_up || inner.type == type_aggregate) {
    in_.skip(SIZE_MAX);
    return Errc::bad_aggregate;
  }
  if (!first_timestamp_) first_timestamp_ = timestamp;
  inner.timestamp = outer_.timestamp + (timestamp - *first_timestamp_);
  return std::optional(inner);
}

}  // namespace sluice::rtmp
