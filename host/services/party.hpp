// A module generation as this room knows it, and the doors by which it is called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "modules/manifest.hpp"
#include "services/requests.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::services {

// Of the generations of one module.
enum class Standing {
  current,
  waiting,  // is to replace the current one: what it offers and registers is held back
  replaced  // still ends what it began
};

// Everything that changes is under the room's mutex.
struct Party {
  Seat* seat = nullptr;  // null once it has left
  std::string id;
  std::uint32_t generation = 1;
  std::vector<modules::Requirement> needs;
  Standing standing = Standing::current;

  std::size_t owed = 0;              // calls it has not answered
  std::size_t queued = 0;            // of these, not begun
  std::uint64_t question_bytes = 0;  // of what it owes
  std::size_t open = 0;              // calls of its own that are not completed
  std::uint64_t answer_bytes = 0;    // of its own calls, not read yet
  std::size_t answer_frames = 0;     // the same
  std::size_t leases = 0;
  std::size_t records = 0;
  std::size_t watches = 0;

  std::string text() const { return id + " (generation " + std::to_string(generation) + ")"; }
};

// One function of a module on one of its lanes.
struct Door {
  std::shared_ptr<Party> owner;
  engine::Lane* lane = nullptr;
  Serve serve;
  std::string what;  // "com.acme.metering/1", for messages
  bool open = true;  // under the room's mutex; shut for good when the record or its owner goes
};

}  // namespace sluice::services
