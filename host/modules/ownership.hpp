// Whether somebody else could change a file we are about to trust.
#pragma once

#include <sys/types.h>

#include <string>

#include "modules/refusal.hpp"

namespace sluice::modules {

// Every component of the path (and of what its symbolic links lead to) belongs to root or `self` and is not
// writable by group or others; a sticky directory that root owns passes. Refuses with SL-SEC-001.
Accepted<void> check_ownership(const std::string& path, uid_t self);

}  // namespace sluice::modules
