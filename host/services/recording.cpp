// Registration records: who has registered what, and telling it to those who watch for an interface.
#include <algorithm>

#include "abi/seat.hpp"
#include "config/json_text.hpp"
#include "config/utf8.hpp"
#include "modules/interface_id.hpp"
#include "services/holdings.hpp"

namespace sluice::services {
namespace {

constexpr std::size_t kind_most = 64;
constexpr std::size_t name_most = 1024;
constexpr std::size_t details_most = 64u << 10;
constexpr int told_at_once = 64;

bool is_kind(std::string_view text) {
  return !text.empty() && text.size() <= kind_most &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos;
}

bool is_name(std::string_view text) {
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  return !text.empty() && text.size() <= name_most && std::none_of(text.begin(), text.end(), is_control) &&
         config::invalid_utf8(text) == std::string_view::npos;
}

Failure no_interface(const std::string& iface) {
  return {Errc::argument, "iface: \"" + iface.substr(0, 80) + "\" is no interface id",
          "write it as in a manifest: com.acme.metering/1"};
}

Granted<void> check(RecordRequest& request) {
  if (!modules::valid_interface_id(request.iface)) return no_interface(request.iface);
  if (!is_kind(request.kind)) {
    return Failure{Errc::argument, "kind: \"" + request.kind.substr(0, 80) + "\" is no kind of record",
                   "1 to 64 of a-z 0-9 . _ -"};
  }
  if (!is_name(request.name)) {
    return Failure{Errc::argument, "name: not 1 to 1024 bytes of UTF-8 without control characters", ""};
  }
  if (request.details.empty()) request.details = "{}";
  const auto details =
      config::JsonText::parse(request.details, {.file = "details", .max_bytes = details_most});
  if (details.has_error()) return Failure{Errc::argument, details.error().text(), "give a JSON object"};
  if (details->value().is_object()) return {};
  return Failure{Errc::argument, "details: expected an object, found " + config::picture(details->value()),
                 ""};
}

}  // namespace

Granted<Number> Services::record_add(Seat& seat, RecordRequest request) {
  if (const auto fit = check(request); fit.has_error()) return fit.error();
  const std::lock_guard lock(mutex_);
  const auto asked = asking(seat, request.lane);
  if (asked.has_error()) return asked.error();
  const PartyPtr& owner = *asked;
  if (owner->standing == Standing::replaced) {
    return Failure{Errc::state, owner->text() + " was replaced by a newer generation", "it can only end now"};
  }
  if (owner->records >= limits_.records) {
    return Failure{Errc::limit, seat.id + " has " + std::to_string(owner->records) + " records already", ""};
  }
  auto record = std::make_shared<Record>();
  record->number = ++last_number_;
  record->iface = std::move(request.iface);
  record->kind = std::move(request.kind);
  record->name = std::move(request.name);
  record->details = std::move(request.details);
  record->door = std::make_shared<Door>();
  *record->door = {owner, request.lane, std::move(request.serve), record->text(), true};
  if (const auto added = journal_.add(record); added.has_error()) return added.error();
  ++owner->records;
  const auto registered = std::make_shared<Registered>(*this, record->number, owner, *request.lane, record);
  registered_.emplace(record->number, registered);
  seat.ledger.add(modules::Ledger::Kind::registration, registered.get(), &Registered::reclaim);
  if (journal_.active(*record)) tell_watches(record->iface);
  return record->number;
}

Errc Services::record_withdraw(Seat& seat, Number registration) {
  const std::lock_guard lock(mutex_);
  const auto held = held_by(registered_, seat, registration);
  if (!held) return Errc::not_found;
  withdraw(held);
  return Errc::ok;
}

void Services::withdraw(std::shared_ptr<Registered> registered) {
  const Record& record = *registered->record;
  const bool was_active = journal_.active(record);
  record.door->open = false;  // calls that wait at it find it shut
  journal_.remove(record.number);
  --registered->owner->records;
  registered->owner->seat->ledger.remove(registered.get());
  registered_.erase(record.number);
  if (was_active) tell_watches(record.iface);
}

void Registered::reclaim(void* thing) {
  const auto& registered = *static_cast<Registered*>(thing);
  const std::lock_guard lock(registered.room.mutex_);
  registered.room.withdraw(registered.room.registered_.at(registered.number));
}

// ---- watches ----

Granted<Number> Services::watch_start(Seat& seat, engine::Lane& lane, const std::string& iface,
                                      std::function<void(const RecordChange&)> changed) {
  if (!modules::valid_interface_id(iface)) return no_interface(iface);
  const std::lock_guard lock(mutex_);
  const auto owner = asking(seat, &lane);
  if (owner.has_error()) return owner.error();
  if ((*owner)->watches >= limits_.watches) {
    return Failure{Errc::limit, seat.id + " has " + std::to_string((*owner)->watches) + " watches already",
                   ""};
  }
  const auto watch = std::make_shared<Watch>(*this, ++last_number_, *owner, lane, iface, std::move(changed));
  watches_.emplace(watch->number, watch);
  ++(*owner)->watches;
  seat.ledger.add(modules::Ledger::Kind::watch, watch.get(), &Watch::reclaim);
  watch->notice.send(lane, watch);
  return watch->number;
}

Errc Services::watch_stop(Seat& seat, Number number) {
  const std::lock_guard lock(mutex_);
  const auto watch = held_by(watches_, seat, number);
  if (!watch) return Errc::not_found;
  forget_watch(watch);
  return Errc::ok;
}

void Services::end_watch(Watch& watch) {
  watch.ended = true;
  watch.due.clear();
  watch.told.clear();
}

void Services::forget_watch(std::shared_ptr<Watch> watch) {
  end_watch(*watch);
  --watch->owner->watches;
  watch->owner->seat->ledger.remove(watch.get());
  watches_.erase(watch->number);
}

void Watch::reclaim(void* thing) {
  const auto& watch = *static_cast<Watch*>(thing);
  const std::lock_guard lock(watch.room.mutex_);
  watch.room.forget_watch(watch.room.watches_.at(watch.number));
}

void Services::tell_watches(const std::string& iface) {
  for (const auto& [number, watch] : watches_) {
    if (watch->iface == iface && !watch->ended) watch->notice.send(watch->lane, watch);
  }
}

bool Services::caught_up(const Watch& watch) const {
  return watch.ended || (!watch.telling && watch.due.empty() && watch.seen == journal_.revision(watch.iface));
}

void Services::tell_changes(const std::shared_ptr<Watch>& watch) {
  // Whatever is left, for an exception of the module or for the bound, is told in the lane's next round.
  struct Afterwards {
    ~Afterwards() {
      const std::lock_guard lock(room.mutex_);
      watch->telling = false;
      if (!room.caught_up(*watch)) watch->notice.send(watch->lane, watch);
    }
    Services& room;
    const std::shared_ptr<Watch>& watch;
  };
  {
    const std::lock_guard lock(mutex_);
    if (watch->ended) return;
    watch->telling = true;
    if (watch->due.empty()) {
      watch->seen = journal_.revision(watch->iface);
      watch->due = journal_.catch_up(watch->iface, watch->told);
    }
  }
  const Afterwards afterwards{*this, watch};
  for (int told = 0; told < told_at_once; ++told) {
    RecordChange change;
    {
      const std::lock_guard lock(mutex_);
      if (watch->due.empty()) return;  // told all, or ended meanwhile
      change = std::move(watch->due.front());
      watch->due.pop_front();
    }
    watch->changed(change);
  }
}

}  // namespace sluice::services
