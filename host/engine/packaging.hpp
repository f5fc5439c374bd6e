// One stream in one format. The chunks are a stream of their own, so what the engine does for viewers of
// frames - join, wake, lag, account - it does for viewers of chunks.
//
//   source's log --> subscription on a lane of the packager's module --> its session --> chunks' log -->
//   viewers
//
//   wanted ---> a session reads all that is cached ---> ready ---5 s without a viewer, source ended--> closed
//                 ^                                       |
//                 +---- from the key frame at which ------+  its module is replaced
//                       the session before ended
#pragma once

#include <sluice/abi/packager.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/errc.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class Operation;
class PackagerSession;
struct Stream;

// A module that provides a format. The table is called on the seat's lanes, until packagings(seat) is 0.
struct PackagerOffer {
  Seat* seat = nullptr;
  std::string format;
  std::int64_t priority = 0;
  const sluice_packager* table = nullptr;
  void* self = nullptr;
};

struct Packaging {
  std::string format;
  std::string parameters;  // JSON, keys sorted
  std::shared_ptr<Stream> chunks;

  // Under the table's mutex.
  PackagerSession* session = nullptr;  // which writes the chunks
  bool ready = false;                  // it has read all there was to read once
  bool closed = false;                 // not among its source's packagings any more
  std::vector<std::shared_ptr<Operation>> waiting;
  std::int64_t unwatched_since = 0;
  std::string mime, codecs;
};

// How a session ended.
struct SessionEnd {
  enum class Kind { handed_on, source_ended, dismissed, failed };
  Kind kind = Kind::failed;
  Failure failure;             // failed, dismissed
  std::uint64_t next_seq = 0;  // handed_on: the source's first frame for the next session
};

}  // namespace sluice::engine
