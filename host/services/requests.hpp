// What modules ask of this room, and how it calls them back: always on a lane of theirs, never under a lock.
#pragma once

#include <sluice/abi/types.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/errc.hpp"
#include "services/frame_list.hpp"

namespace sluice::engine {
class Lane;
}

namespace sluice::services {

// Of leases, calls, registrations and watches alike; never twice.
using Number = std::uint64_t;
using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

using engine::Errc;
using engine::Failure;
template <class T>
using Granted = boost::system::result<T, Failure>;

struct Question {
  std::uint32_t method = 0;
  BytesView bytes;
  std::string_view asker;
  Number ticket = 0;
};

// On the callee's lane. OK: the ticket was or will be answered; anything else is the answer.
using Serve = std::function<sluice_status(const Question&)>;

struct CallRequest {
  std::uint32_t method = 0;
  Bytes bytes;
  engine::Lane* lane = nullptr;  // of the asker
  std::function<void(sluice_status status, BytesView answer)> done;
  // Instead of `done`, by an asker that takes frames.
  std::function<void(sluice_status status, BytesView answer, FramesView frames)> answered = {};
};

struct LeaseRequest {
  std::string iface;
  std::uint32_t minor_min = 0;
  std::string selector;  // JSON, empty: any
  engine::Lane* lane = nullptr;
  std::function<void(Number lease, std::string_view reason)> revoked;
};

struct RecordRequest {
  std::string iface;
  std::string kind;
  std::string name;
  std::string details;  // JSON object
  engine::Lane* lane = nullptr;
  Serve serve;  // null: nobody calls it
};

}  // namespace sluice::services
