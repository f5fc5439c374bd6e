// What a demuxer met that it should not have. Everything thrown away is counted once.
#pragma once

#include <cstdint>

namespace sluice::mux::ts {

struct Counters {
  // Packets.
  uint64_t packets = 0;
  uint64_t sync_losses = 0;        // TR 101 290 1.1
  uint64_t sync_byte_errors = 0;   // 1.2
  uint64_t skipped_bytes = 0;      // in no packet
  uint64_t malformed_packets = 0;  // reserved control, adaptation field that does not fit
  uint64_t transport_errors = 0;   // 2.1
  uint64_t scrambled = 0;
  uint64_t unlisted = 0;  // on PIDs no table names
  uint64_t duplicates = 0;
  uint64_t continuity_errors = 0;  // 1.4
  // Tables.
  uint64_t bad_sections = 0;       // CRC, length, content: dropped
  uint64_t programs_left_out = 0;  // beyond 16
  uint64_t streams_left_out = 0;   // beyond 32, or of a type not read here
  // Clocks.
  uint64_t pcr_jumps = 0;      // over 100 ms or back, without discontinuity_indicator (2.3b)
  uint64_t pcr_missing = 0;    // access units more than 1 s after the last PCR of their programme
  uint64_t pcr_elsewhere = 0;  // on a PID that is not the programme's PCR_PID
  uint64_t time_jumps = 0;     // DTS back, or over 10 s forward, without discontinuity_indicator
  // PES and access units.
  uint64_t bad_pes = 0;        // lengths, markers, scrambled
  uint64_t cut_pes = 0;        // a packet was lost, or the announced length was not reached
  uint64_t oversized_pes = 0;  // beyond 8 MiB, or what all may hold together, or their own length
  uint64_t untimed = 0;        // no PTS, and no way to know it
  uint64_t before_config = 0;  // before parameter sets
  uint64_t bad_units = 0;      // no access unit of this codec
  uint64_t bad_parameter_sets = 0;
  uint64_t stray_bytes = 0;  // of sound, between frames
};

}  // namespace sluice::mux::ts
