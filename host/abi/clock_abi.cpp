#include "abi/clock_abi.hpp"

#include "abi/handles.hpp"
#include "engine/clock.hpp"

namespace sluice::abi {

namespace {

std::int64_t monotonic(void* self) noexcept {
  return self == nullptr ? 0 : seat_of(self).host.clock->monotonic();
}
std::int64_t wall(void* self) noexcept { return self == nullptr ? 0 : seat_of(self).host.clock->wall(); }

}  // namespace

const sluice_clock& clock_table() {
  static constexpr sluice_clock table{sizeof(sluice_clock), 0, &monotonic, &wall};
  return table;
}

}  // namespace sluice::abi
