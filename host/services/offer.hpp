// What modules provide, and who of several providers is chosen. Pure.
#pragma once

#include "services/party.hpp"

namespace sluice::services {

// A line of module.provides that has come up.
struct Offer : modules::Provision {
  Offer(modules::Provision provision, std::shared_ptr<Door> by)
      : Provision(std::move(provision)), attributes_text(attributes.dump()), door(std::move(by)) {}

  const std::string attributes_text;
  const std::shared_ptr<Door> door;
  bool stopping = false;   // no new leases
  std::size_t leased = 0;  // by others than its owner

  const Party& owner() const { return *door->owner; }
  // Stands for a module that serves and is not about to go.
  bool open() const { return !stopping && door->open && owner().standing == Standing::current; }
};

using Offers = std::vector<std::shared_ptr<Offer>>;  // in the order they came up

// Of those that fit: the highest priority, else the first. A module's generations never compete: one is
// current.
Granted<std::shared_ptr<Offer>> choose(const Offers& offers, const LeaseRequest& wanted);

}  // namespace sluice::services
