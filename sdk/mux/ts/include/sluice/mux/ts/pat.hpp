// The program association table (ISO/IEC 13818-1 2.4.4.3): which programmes there are, and where their map
// is.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/mux/ts/section.hpp"

namespace sluice::mux::ts {

inline constexpr uint16_t pat_pid = 0;
inline constexpr uint8_t pat_table_id = 0;
inline constexpr size_t max_programs = 16;  // kept of one table

struct PatProgram {
  uint16_t number = 0;  // not 0, which names the network
  uint16_t map_pid = 0;
};

struct Pat {
  uint16_t transport_stream_id = 1;
  uint8_t version = 0;
  std::vector<PatProgram> programs;
  size_t left_out = 0;  // programmes beyond max_programs
};

std::vector<uint8_t> write_pat(const Pat& pat);

// Of one section, which may be one of several. Fails with Errc::malformed.
Result<Pat> parse_pat(const Section& section);

}  // namespace sluice::mux::ts
