// "prft": when what follows was captured (ISO/IEC 14496-12 8.16.5).
#pragma once

#include <cstdint>
#include <vector>

namespace sluice::mux::mp4 {

struct ProducerTime {
  uint32_t track_id = 0;
  int64_t wall = 0;         // ns since 1970-01-01 UTC; not before it
  uint64_t media_time = 0;  // the presentation time captured then, in ticks of that track
};

void write_producer_time(std::vector<uint8_t>& out, const ProducerTime& time);

}  // namespace sluice::mux::mp4
