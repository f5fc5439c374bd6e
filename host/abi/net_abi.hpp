// The host's side of sluice.net/1.
#pragma once

#include <sluice/abi/net.h>

namespace sluice::abi {

const sluice_net& net_table();  // self: Seat*

}  // namespace sluice::abi
