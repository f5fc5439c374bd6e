// The table behind "sluice.services/1", and a module's own table as a function of this room.
#pragma once

#include <sluice/abi/module.h>
#include <sluice/abi/services.h>

#include "services/requests.hpp"

namespace sluice::abi {

// `self` is a Seat*. Lives as long as the host.
const sluice_services& services_table();

// How to call what a module's `query` gave; null when it is no table for other modules to call.
services::Serve serve_of(const sluice_interface& found);

}  // namespace sluice::abi
