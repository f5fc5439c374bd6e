// The host's tables with a look at who calls: every method that belongs to a lane notes a call from elsewhere
// (SL-KIT-001), then does what it always does.
#pragma once

#include <sluice/abi/sluice.h>

namespace sluice::kit {

// `self` of each is what it is in the host's own table.
const sluice_engine& watched_engine();
const sluice_registry& watched_registry();
const sluice_net& watched_net();

}  // namespace sluice::kit
