// Places between two protocol steps where another thread's step could fall. The stress test pauses here at
// random; everywhere else this is nothing. SLUICE_FAULT plants one of the faults the stress test has to
// catch.
#pragma once

#ifdef SLUICE_STRESS
namespace sluice::engine {
void stress_pause();
}
#define SLUICE_STRESS_POINT() ::sluice::engine::stress_pause()
#else
#define SLUICE_STRESS_POINT() static_cast<void>(0)
#endif

#ifndef SLUICE_FAULT
#define SLUICE_FAULT 0
#endif
