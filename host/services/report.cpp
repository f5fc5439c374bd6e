// The room as the operator sees it.
#include <algorithm>

#include "modules/selector.hpp"
#include "services/holdings.hpp"

namespace sluice::services {

using nlohmann::json;

namespace {

std::string state_of(const Offer& offer) {
  if (offer.stopping) return "stopping";
  switch (offer.owner().standing) {
    case Standing::current:
      return "up";
    case Standing::waiting:
      return "waiting";
    case Standing::replaced:
      break;
  }
  return "replaced";
}

json picture(const Offer& offer) {
  return {{"iface", offer.iface},
          {"minor", offer.minor},
          {"name", offer.name},
          {"priority", offer.priority},
          {"attributes", offer.attributes},
          {"module", offer.owner().id},
          {"generation", offer.owner().generation},
          {"state", state_of(offer)},
          {"leases", offer.leased},
          {"called", static_cast<bool>(offer.door->serve)}};
}

json picture(const Lease& lease) {
  return {{"iface", lease.offer->iface},
          {"module", lease.owner->id},
          {"generation", lease.owner->generation},
          {"provider", lease.offer->owner().id},
          {"provider_generation", lease.offer->owner().generation},
          {"revoked", lease.is_revoked}};
}

}  // namespace

std::string Services::state_of(const Record& record) const {
  if (journal_.waiting(record)) return "held: until " + record.owner().text() + " takes over";
  if (!journal_.active(record)) return "replaced";
  const bool heard = std::any_of(watches_.begin(), watches_.end(), [&](const auto& entry) {
    return entry.second->iface == record.iface && !entry.second->ended;
  });
  return heard ? "active" : "pending: no provider of " + record.iface;
}

std::vector<std::string> Services::who_meets(const modules::Requirement& need) const {
  std::vector<std::string> who;
  for (const auto& own : of_host_) {
    if (own.iface == need.iface && own.minor >= need.minor_min) who.emplace_back("host");
  }
  for (const auto& offer : offers_) {
    const bool fits = offer->iface == need.iface && offer->minor >= need.minor_min &&
                      modules::selects(need.selector, offer->name, offer->attributes);
    if (fits && offer->open()) who.push_back(offer->owner().id);
  }
  return who;
}

json Services::graph() const {
  json providers = json::array(), requirers = json::array(), leases = json::array();
  json records = json::array(), watches = json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& own : of_host_) {
    providers.push_back({{"iface", own.iface}, {"minor", own.minor}, {"module", "host"}, {"state", "up"}});
  }
  for (const auto& offer : offers_) providers.push_back(picture(*offer));
  for (const auto& party : parties_) {
    for (const auto& need : party->needs) {
      requirers.push_back({{"iface", need.iface},
                           {"minor_min", need.minor_min},
                           {"optional", need.optional},
                           {"module", party->id},
                           {"generation", party->generation},
                           {"met_by", who_meets(need)}});
    }
  }
  for (const auto& [number, lease] : leases_) leases.push_back(picture(*lease));
  for (const auto& [number, record] : journal_.all()) {
    records.push_back({{"registration", number},
                       {"iface", record->iface},
                       {"kind", record->kind},
                       {"name", record->name},
                       {"details", json::parse(record->details, nullptr, false)},
                       {"module", record->owner().id},
                       {"generation", record->owner().generation},
                       {"state", state_of(*record)}});
  }
  for (const auto& [number, watch] : watches_) {
    if (watch->ended) continue;
    watches.push_back(
        {{"iface", watch->iface}, {"module", watch->owner->id}, {"generation", watch->owner->generation}});
  }
  return {{"providers", providers}, {"requirers", requirers}, {"leases", leases},
          {"records", records},     {"watches", watches},     {"calls", calls_.size()}};
}

}  // namespace sluice::services
