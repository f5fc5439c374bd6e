// Opaque C handles and the host's objects behind them: the only casts, kept in this room.
#pragma once

#include <sluice/abi/types.h>

#include "abi/seat.hpp"

namespace sluice::abi {

inline sluice_lane* handle(engine::Lane* lane) { return reinterpret_cast<sluice_lane*>(lane); }
inline engine::Lane* lane_of(sluice_lane* lane) { return reinterpret_cast<engine::Lane*>(lane); }
inline Seat& seat_of(void* self) { return *static_cast<Seat*>(self); }

}  // namespace sluice::abi
