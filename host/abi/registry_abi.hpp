// The table behind "sluice.registry/1".
#pragma once

#include <sluice/abi/registry.h>

namespace sluice::abi {

// `self` is a Seat*. Lives as long as the host.
const sluice_registry* registry_table();

}  // namespace sluice::abi
