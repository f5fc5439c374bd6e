// The host's side of sluice.log/1.
#pragma once

#include <sluice/abi/log.h>

namespace sluice::abi {

const sluice_log& log_table();  // self: Seat*

}  // namespace sluice::abi
