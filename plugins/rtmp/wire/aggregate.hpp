// Takes an aggregate message ("RTMP 1.0" 7.1.6) apart: FLV tags one behind the other, each followed by its
// size.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/wire/byte_reader.hpp"
#include "wire/error.hpp"
#include "wire/message.hpp"

namespace sluice::rtmp {

class AggregateReader {
 public:
  // The payload of `outer` must outlive the reader and what it hands out.
  explicit AggregateReader(const Message& outer) : outer_(outer), in_(outer.payload) {}

  // The next inner message, on the outer's streams, its timestamp moved so that the first has the outer's.
  // Nothing at the end. Fails with Errc::bad_aggregate when sizes do not add up or one aggregate lies in
  // another.
  Result<std::optional<Message>> poll();

 private:
  Message outer_;
  wire::ByteReader in_;
  std::optional<uint32_t> first_timestamp_;
};

}  // namespace sluice::rtmp
