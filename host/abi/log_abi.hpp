// The host's side of sluice.log/1.
#pragma once

#include <sluice/abi/log.h>

#include <cstdint>
#include <string_view>

namespace sluice::abi {

const sluice_log& log_table();  // self: Seat*

// What Seat::log_level is for a level as configs name it; any other name: the host's.
std::uint32_t seat_log_level(std::string_view name);

}  // namespace sluice::abi
