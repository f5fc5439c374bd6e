#include "sluice/mux/mp4/producer_time.hpp"

#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/media_clock.hpp"

namespace sluice::mux::mp4 {

void write_producer_time(std::vector<uint8_t>& out, const ProducerTime& time) {
  constexpr uint32_t when_captured = 24;
  constexpr uint64_t from_1900_to_1970 = 2'208'988'800;
  const auto wall = static_cast<uint64_t>(time.wall < 0 ? 0 : time.wall);
  const uint64_t rest = wall % second_ns;
  BoxWriter writer(out);
  const auto box = writer.full_box("prft", 1, when_captured);
  writer.u32(time.track_id);
  writer.u32(wall / second_ns + from_1900_to_1970);  // NTP's era wraps in 2036, as NTP does
  writer.u32((rest << 32) / second_ns);
  writer.u64(time.media_time);
}

}  // namespace sluice::mux::mp4
