// Opaque C handles and the host's objects behind them: the only casts, kept in this room.
#pragma once

#include <sluice/abi/types.h>

#include <cstdint>

#include "abi/handle_book.hpp"
#include "abi/seat.hpp"

namespace sluice::abi {

inline sluice_lane* handle(engine::Lane* lane) { return reinterpret_cast<sluice_lane*>(lane); }
inline engine::Lane* lane_of(sluice_lane* lane) { return reinterpret_cast<engine::Lane*>(lane); }
inline Seat& seat_of(void* self) { return *static_cast<Seat*>(self); }

// What a module is given for an object of the host: its address, or, where calls are checked, its number.
template <class Handle>
struct KindOf;

#define SLUICE_KIND(name)                                 \
  template <>                                             \
  struct KindOf<sluice_##name> {                          \
    static constexpr HandleKind value = HandleKind::name; \
  };
SLUICE_KIND(timer)
SLUICE_KIND(watch)
SLUICE_KIND(op)
SLUICE_KIND(publication)
SLUICE_KIND(subscription)
SLUICE_KIND(registry_watch)
SLUICE_KIND(listener)
SLUICE_KIND(connection)
SLUICE_KIND(event_subscription)
SLUICE_KIND(metric)
#undef SLUICE_KIND

template <class Handle>
Handle* numbered(std::uint64_t number) {
  return reinterpret_cast<Handle*>(static_cast<std::uintptr_t>(number));
}
template <class Handle>
std::uint64_t number_of(Handle* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}

// `owner`: the lane it may be used on, null for any thread.
template <class Handle>
Handle* handed(Seat& seat, void* thing, const engine::Lane* owner) {
  if (thing == nullptr || seat.book == nullptr) return static_cast<Handle*>(thing);
  return numbered<Handle>(seat.book->issue(KindOf<Handle>::value, thing, owner));
}

}  // namespace sluice::abi
