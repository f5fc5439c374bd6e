// The registration records of all modules: whose is which, what holds now, and what a watcher has to hear
// next. No threads, no lanes: whoever owns it locks.
//
//   (interface, kind, name) -> active   what watchers are told of
//                              waiting  the same of a generation that is to replace the active one's
//   a replaced record is in no place any more but is found by its number until its owner lets go
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/party.hpp"

namespace sluice::services {

struct Record {
  Number number = 0;
  std::string iface;
  std::string kind;
  std::string name;
  std::string details;         // JSON object
  std::shared_ptr<Door> door;  // never null; without a function where nobody calls it

  const Party& owner() const { return *door->owner; }
  // "route "GET /" of sluice.http/1"
  std::string text() const { return kind + " \"" + name + "\" of " + iface; }
};
using RecordPtr = std::shared_ptr<const Record>;

enum class ChangeKind { added = 1, removed = 2, replaced = 3 };

struct RecordChange {
  ChangeKind kind = ChangeKind::added;
  RecordPtr record;
  Number replaced = 0;
};

class Journal {
 public:
  using Place = std::pair<std::string, std::string>;  // kind, name
  using Told = std::map<Place, RecordPtr>;            // what a watcher knows

  // In force at once if the owner is current, else held. Refused: the place is taken, by another module or by
  // the same generation.
  Granted<void> add(RecordPtr record);
  RecordPtr find(Number number) const;
  void remove(Number number);
  // The owner's records take their places, atomically for watchers; those of other generations of its module
  // lose theirs. Returns the interfaces with changes.
  std::vector<std::string> promote(const Party& owner);

  // Another one whenever what is active for the interface has changed; 0 while nothing is registered for it.
  std::uint64_t revision(const std::string& iface) const;
  // What happened since `told`, which is brought up to now: removals and changes of hands included, what came
  // and went in between left out.
  std::deque<RecordChange> catch_up(const std::string& iface, Told& told) const;

  bool active(const Record& record) const;
  bool waiting(const Record& record) const;
  const std::map<Number, RecordPtr>& all() const { return records_; }

 private:
  struct Slot {
    RecordPtr active;
    std::vector<RecordPtr> waiting;
    bool empty() const { return !active && waiting.empty(); }
  };
  struct Shelf {
    std::map<Place, Slot> slots;
    std::uint64_t revision = 0;
  };
  static bool promote(Slot& slot, const Party& owner);
  const Slot* slot_of(const Record& record) const;

  std::map<std::string, Shelf> shelves_;  // by interface; none is empty
  std::uint64_t changes_ = 0;
  std::map<Number, RecordPtr> records_;
};

}  // namespace sluice::services
