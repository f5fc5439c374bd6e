// The registry's changes, numbered, and those who want to hear of them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "engine/letter.hpp"
#include "engine/requests.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class StreamTable;

// The latest changes; who is further behind has to list again.
class ChangeLog {
 public:
  static constexpr std::size_t most = 1024;

  std::uint64_t add(ChangeKind kind, const std::string& key, std::uint64_t epoch);
  std::uint64_t revision() const { return revision_; }
  // What comes after `cursor`, which it moves on; false: nothing.
  bool next(std::uint64_t& cursor, Change& out) const;

 private:
  std::uint64_t revision_ = 0;
  std::deque<Change> changes_;  // up to revision_, without gaps
};

class RegistryWatch {
 public:
  RegistryWatch(StreamTable& table, Seat& seat, Lane& lane, std::uint64_t cursor,
                std::unique_ptr<WatchListener> listener);

  StreamTable& table() const { return table_; }

 private:
  friend class StreamTable;

  struct Post : Letter {
    explicit Post(RegistryWatch& of) : Letter(&RegistryWatch::deliver), owner(of) {}
    RegistryWatch& owner;
  };
  static void deliver(Letter& letter, bool lane_runs);

  StreamTable& table_;
  Seat& seat_;
  Lane& lane_;
  std::unique_ptr<WatchListener> listener_;
  Post post_;
  std::uint64_t cursor_;            // under the table's mutex
  bool doomed_ = false;             // stopped while its letter was on the way
  bool* stopped_within_ = nullptr;  // set by a stop from within its own call
};

}  // namespace sluice::engine
