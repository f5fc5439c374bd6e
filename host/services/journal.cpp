#include "services/journal.hpp"

#include <algorithm>

namespace sluice::services {
namespace {

Failure taken(const Record& holder, const Record& other) {
  if (&holder.owner() == &other.owner()) {
    return {Errc::busy, other.owner().text() + " has registered " + holder.text() + " already",
            "withdraw it before adding it again"};
  }
  return {Errc::busy,
          holder.text() + " is taken: " + holder.owner().text() + " has registered it, " +
              other.owner().text() + " wants it too",
          "give one of the two another name, or disable " + holder.owner().id + " or " + other.owner().id};
}

bool in_the_way(const Record& holder, const Record& other) {
  return &holder.owner() == &other.owner() || holder.owner().id != other.owner().id;
}

}  // namespace

Granted<void> Journal::add(RecordPtr record) {
  Shelf& shelf = shelves_[record->iface];
  Slot& slot = shelf.slots[{record->kind, record->name}];
  if (slot.active && in_the_way(*slot.active, *record)) return taken(*slot.active, *record);
  for (const auto& other : slot.waiting) {
    if (in_the_way(*other, *record)) return taken(*other, *record);
  }
  records_.emplace(record->number, record);
  if (record->owner().standing == Standing::current) {
    slot.active = std::move(record);
    shelf.revision = ++changes_;
  } else {
    slot.waiting.push_back(std::move(record));
  }
  return {};
}

RecordPtr Journal::find(Number number) const {
  const auto found = records_.find(number);
  return found == records_.end() ? nullptr : found->second;
}

void Journal::remove(Number number) {
  const auto found = records_.find(number);
  if (found == records_.end()) return;
  const RecordPtr record = std::move(found->second);
  records_.erase(found);
  const auto shelf = shelves_.find(record->iface);
  if (shelf == shelves_.end()) return;  // it was replaced, and what replaced it has gone
  auto& slots = shelf->second.slots;
  const auto place = slots.find({record->kind, record->name});
  if (place == slots.end()) return;
  Slot& slot = place->second;
  if (slot.active == record) {
    slot.active.reset();
    shelf->second.revision = ++changes_;
  }
  std::erase(slot.waiting, record);
  if (slot.empty()) slots.erase(place);
  if (slots.empty()) shelves_.erase(shelf);
}

bool Journal::promote(Slot& slot, const Party& owner) {
  const RecordPtr before = slot.active;
  if (slot.active && slot.active->owner().id == owner.id && &slot.active->owner() != &owner) {
    slot.active.reset();
  }
  std::erase_if(slot.waiting, [&](const RecordPtr& record) {
    const Party& waits = record->owner();
    if (&waits == &owner) slot.active = record;
    return waits.id == owner.id && waits.generation <= owner.generation;
  });
  return slot.active != before;
}

std::vector<std::string> Journal::promote(const Party& owner) {
  std::vector<std::string> changed;
  for (auto next = shelves_.begin(); next != shelves_.end();) {
    auto& [iface, shelf] = *next;
    const auto before = shelf.revision;
    for (auto& [place, slot] : shelf.slots) {
      if (promote(slot, owner)) shelf.revision = ++changes_;
    }
    if (shelf.revision != before) changed.push_back(iface);
    std::erase_if(shelf.slots, [](const auto& one) { return one.second.empty(); });
    next = shelf.slots.empty() ? shelves_.erase(next) : std::next(next);
  }
  return changed;
}

std::uint64_t Journal::revision(const std::string& iface) const {
  const auto found = shelves_.find(iface);
  return found == shelves_.end() ? 0 : found->second.revision;
}

std::deque<RecordChange> Journal::catch_up(const std::string& iface, Told& told) const {
  static const std::map<Place, Slot> nothing;
  const auto shelf = shelves_.find(iface);
  const auto& now = shelf == shelves_.end() ? nothing : shelf->second.slots;
  std::deque<RecordChange> changes;
  // Both are sorted by place: one walk through the two.
  auto known = told.begin();
  for (const auto& [place, slot] : now) {
    if (!slot.active) continue;
    for (; known != told.end() && known->first < place; known = told.erase(known)) {
      changes.push_back({ChangeKind::removed, known->second, 0});
    }
    if (known == told.end() || known->first != place) {
      told.emplace_hint(known, place, slot.active);
      changes.push_back({ChangeKind::added, slot.active, 0});
      continue;
    }
    if (known->second != slot.active) {
      changes.push_back({ChangeKind::replaced, slot.active, known->second->number});
      known->second = slot.active;
    }
    ++known;
  }
  for (; known != told.end(); known = told.erase(known)) {
    changes.push_back({ChangeKind::removed, known->second, 0});
  }
  return changes;
}

const Journal::Slot* Journal::slot_of(const Record& record) const {
  const auto shelf = shelves_.find(record.iface);
  if (shelf == shelves_.end()) return nullptr;
  const auto slot = shelf->second.slots.find({record.kind, record.name});
  return slot == shelf->second.slots.end() ? nullptr : &slot->second;
}

bool Journal::active(const Record& record) const {
  const Slot* slot = slot_of(record);
  return slot != nullptr && slot->active.get() == &record;
}

bool Journal::waiting(const Record& record) const {
  const Slot* slot = slot_of(record);
  return slot != nullptr && std::any_of(slot->waiting.begin(), slot->waiting.end(),
                                        [&](const RecordPtr& other) { return other.get() == &record; });
}

}  // namespace sluice::services
