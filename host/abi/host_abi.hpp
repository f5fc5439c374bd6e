// The door through which a module finds the host's interfaces.
#pragma once

#include <sluice/abi/module.h>

#include <vector>

#include "abi/seat.hpp"
#include "modules/platform.hpp"

namespace sluice::abi {

// The table given to a module's entry; lives as long as the seat.
sluice_host host_for(Seat& seat);

// What get_interface can find, for the plan.
std::vector<modules::HostInterface> host_interfaces();

}  // namespace sluice::abi
