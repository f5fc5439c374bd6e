// The host's tables as a host hands them out that checks calls (HostServices::check_calls): handles are
// numbers that are looked up, a call on the wrong thread is refused with STATE, one with the handle of what
// has ended, or with none, with ARGUMENT, and each leaves a line in the log that names module, interface and
// method. What passes is done by the host's own tables.
//
// Only what `self` and numbers can tell is told: a frame is known dead when nobody holds it any more, not
// when this module does not.
#pragma once

#include <sluice/abi/sluice.h>

#include "abi/seat.hpp"

namespace sluice::abi {

const sluice_registry& checked_registry();
const sluice_engine& checked_engine();
const sluice_net& checked_net();
const sluice_events& checked_events();
const sluice_log& checked_log();
const sluice_metrics& checked_metrics();
const sluice_clock& checked_clock();
const sluice_services& checked_services();
const sluice_report& checked_report();

}  // namespace sluice::abi
