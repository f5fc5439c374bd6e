// The host's side of sluice.events/1.
#pragma once

#include <sluice/abi/events.h>

namespace sluice::abi {

const sluice_events& events_table();  // self: Seat*

}  // namespace sluice::abi
