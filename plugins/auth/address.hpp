// Addresses and networks of rules.
#pragma once

#include <sluice/wire/address.hpp>

namespace sluice::auth {

using wire::Address;
using wire::Network;

}  // namespace sluice::auth
