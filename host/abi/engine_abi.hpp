// The table behind "sluice.engine/1".
#pragma once

#include <sluice/abi/engine.h>

namespace sluice::abi {

// `self` is a Seat*. Lives as long as the host.
const sluice_engine* engine_table();

}  // namespace sluice::abi
