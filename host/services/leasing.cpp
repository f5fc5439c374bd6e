// Leases: who may use what another module provides, and how it is asked for them back.
#include "abi/seat.hpp"
#include "services/holdings.hpp"

namespace sluice::services {

Granted<Services::Leased> Services::acquire(Seat& seat, LeaseRequest request) {
  const std::lock_guard lock(mutex_);
  const auto holder = asking(seat, request.lane);
  if (holder.has_error()) return holder.error();
  if ((*holder)->leases >= limits_.leases) {
    return Failure{Errc::limit, seat.id + " holds " + std::to_string((*holder)->leases) + " leases already",
                   "release those no longer needed"};
  }
  const auto offer = choose(offers_, request);
  if (offer.has_error()) return offer.error();
  const auto lease = std::make_shared<Lease>(*this, ++last_number_, *holder, std::move(request), *offer);
  leases_.emplace(lease->number, lease);
  ++(*holder)->leases;
  if (lease->of_another()) ++lease->offer->leased;
  seat.ledger.add(modules::Ledger::Kind::lease, lease.get(), &Lease::reclaim);
  return Leased{lease->number, *offer};
}

Errc Services::release(Seat& seat, Number lease) {
  const std::lock_guard lock(mutex_);
  const auto held = held_by(leases_, seat, lease);
  if (!held) return Errc::not_found;
  forget_lease(held);
  return Errc::ok;
}

void Services::forget_lease(std::shared_ptr<Lease> lease) {
  lease->released = true;
  --lease->owner->leases;
  if (lease->of_another()) --lease->offer->leased;
  lease->owner->seat->ledger.remove(lease.get());
  leases_.erase(lease->number);
}

void Lease::reclaim(void* thing) {
  const auto& lease = *static_cast<Lease*>(thing);
  const std::lock_guard lock(lease.room.mutex_);
  lease.room.forget_lease(lease.room.leases_.at(lease.number));
}

void Services::revoke(Offer& offer, const std::string& reason) {
  offer.stopping = true;
  for (const auto& [number, lease] : leases_) {
    if (lease->offer.get() != &offer || lease->is_revoked) continue;
    lease->is_revoked = true;
    lease->reason = reason;
    lease->notice.send(lease->lane, lease);
  }
}

void Services::tell_revoked(const std::shared_ptr<Lease>& lease) {
  {
    const std::lock_guard lock(mutex_);
    if (lease->released) return;
  }
  lease->revoked(lease->number, lease->reason);
}

}  // namespace sluice::services
