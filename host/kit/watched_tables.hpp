// The host's tables that check calls, with a further look at the frames: what is said about those that are
// published, and who keeps the kit's own.
#pragma once

#include <sluice/abi/sluice.h>

namespace sluice::kit {

// `self` is what it is in the host's own table.
const sluice_engine& watched_engine();

}  // namespace sluice::kit
