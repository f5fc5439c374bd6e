#include "services/services.hpp"

#include <algorithm>
#include <utility>

#include "abi/seat.hpp"
#include "services/holdings.hpp"

namespace sluice::services {

Services::Services(Complain complain, std::vector<modules::HostInterface> of_host, Limits limits)
    : complain_(std::move(complain)), of_host_(std::move(of_host)), limits_(limits) {}

Services::~Services() = default;

// ---- who is on board ----

Services::PartyPtr Services::party_of(const Seat& seat) const {
  const auto found = std::find_if(parties_.begin(), parties_.end(),
                                  [&](const PartyPtr& party) { return party->seat == &seat; });
  return found == parties_.end() ? nullptr : *found;
}

// The module that asks for something to be told on `lane`.
Granted<Services::PartyPtr> Services::asking(const Seat& seat, const engine::Lane* lane) const {
  auto party = party_of(seat);
  if (!party) return Failure{Errc::state, "module " + seat.id + " has ended", ""};
  if (lane == nullptr || &lane->seat() != &seat) {
    return Failure{Errc::argument, "the lane is none of module " + seat.id,
                   "take one of sluice_engine.lane_at"};
  }
  return party;
}

void Services::join(Seat& seat, std::vector<modules::Requirement> needs) {
  const std::lock_guard lock(mutex_);
  auto party = std::make_shared<Party>();
  party->seat = &seat;
  party->id = seat.id;
  party->generation = seat.generation;
  party->needs = std::move(needs);
  const bool waits = std::any_of(parties_.begin(), parties_.end(), [&](const PartyPtr& other) {
    return other->id == party->id && other->standing == Standing::current;
  });
  if (waits) party->standing = Standing::waiting;
  parties_.push_back(std::move(party));
}

void Services::provider_up(Seat& seat, const modules::Provision& provision, Serve serve) {
  const std::lock_guard lock(mutex_);
  const auto party = party_of(seat);
  if (!party || seat.lanes.empty()) return;
  auto door = std::make_shared<Door>();
  *door = {party, seat.lanes.front(), std::move(serve), provision.iface, true};
  offers_.push_back(std::make_shared<Offer>(provision, std::move(door)));
}

void Services::provider_down(Seat& seat, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  const auto party = party_of(seat);
  if (!party) return;
  for (const auto& offer : offers_) {
    if (offer->door->owner == party && !offer->stopping) revoke(*offer, std::string(reason));
  }
  for (const auto& [number, watch] : watches_) {
    if (watch->owner == party) end_watch(*watch);
  }
}

void Services::activate(Seat& seat) {
  const std::lock_guard lock(mutex_);
  const auto party = party_of(seat);
  if (!party || party->standing != Standing::waiting) return;
  for (const auto& other : parties_) {
    if (other->id == party->id && other->generation < party->generation) other->standing = Standing::replaced;
  }
  party->standing = Standing::current;
  for (const auto& iface : journal_.promote(*party)) tell_watches(iface);
}

void Services::leave(Seat& seat) {
  std::size_t unanswered = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto party = party_of(seat);
    if (!party) return;
    unanswered = end_calls_of(*party);
    for (const auto& lease : all_held_by(leases_, *party)) forget_lease(lease);
    for (const auto& watch : all_held_by(watches_, *party)) forget_watch(watch);
    for (const auto& registered : all_held_by(registered_, *party)) withdraw(registered);
    for (const auto& offer : offers_) {
      if (offer->door->owner != party) continue;
      if (!offer->stopping) revoke(*offer, party->text() + " has ended");
      offer->door->open = false;
    }
    std::erase_if(offers_, [&](const auto& offer) { return offer->door->owner == party; });
    std::erase(parties_, party);
    party->seat = nullptr;
  }
  if (unanswered == 0) return;
  complain_(seat.id, "it left " + std::to_string(unanswered) +
                         " of other modules' calls unanswered; they were told that it has gone");
}

// ---- what whoever stops a module asks ----

std::size_t Services::leases_out(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& offer : offers_) count += offer->owner().seat == &seat ? offer->leased : 0;
  return count;
}

std::string Services::lease_holders(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, std::string>, std::size_t> held;  // holder and interface
  for (const auto& [number, lease] : leases_) {
    if (lease->offer->owner().seat == &seat && lease->owner->seat != &seat)
      ++held[{lease->owner->text(), lease->offer->iface}];
  }
  std::string text;
  for (const auto& [what, count] : held) {
    text += (text.empty() ? "" : ", ") + what.first + " holds " + std::to_string(count) +
            (count == 1 ? " lease on " : " leases on ") + what.second;
  }
  return text;
}

std::size_t Services::calls_owed(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  const auto party = party_of(seat);
  return party ? party->owed : 0;
}

bool Services::caught_up(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  return std::all_of(watches_.begin(), watches_.end(), [&](const auto& entry) {
    return entry.second->owner->seat != &seat || caught_up(*entry.second);
  });
}

}  // namespace sluice::services
