// The program map table (ISO/IEC 13818-1 2.4.4.8): a programme's clock and elementary streams.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/mux/ts/section.hpp"

namespace sluice::mux::ts {

inline constexpr uint8_t pmt_table_id = 2;
inline constexpr uint16_t no_pcr_pid = 0x1fff;
inline constexpr size_t max_streams = 32;  // of one programme

struct PmtStream {
  uint8_t type = 0;  // stream_type, table 2-34
  uint16_t pid = 0;
  std::vector<uint8_t> descriptors;

  bool operator==(const PmtStream&) const = default;
};

struct Pmt {
  uint16_t program = 1;
  uint8_t version = 0;
  uint16_t pcr_pid = no_pcr_pid;
  std::vector<PmtStream> streams;
  size_t left_out = 0;  // streams beyond max_streams
};

// Empty when it does not fit one section (which max_streams of this library's own do).
std::vector<uint8_t> write_pmt(const Pmt& pmt);

// Fails with Errc::malformed when any length inside does not fit; then nothing of the section counts.
Result<Pmt> parse_pmt(const Section& section);

}  // namespace sluice::mux::ts
