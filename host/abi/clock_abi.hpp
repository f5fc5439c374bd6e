// The host's side of sluice.clock/1.
#pragma once

#include <sluice/abi/clock.h>

namespace sluice::abi {

const sluice_clock& clock_table();  // self: Seat*

}  // namespace sluice::abi
