// First byte: the size of the pieces. However the file is cut, the same comes of it.
#include <algorithm>
#include <cstdlib>

#include "sluice/mux/flv/demuxer.hpp"

using namespace sluice::mux::flv;

// A digest of all events, and whether it failed.
static uint64_t read(std::span<const uint8_t> file, size_t piece) {
  Demuxer demuxer;
  uint64_t digest = 0;
  const auto mix = [&](uint64_t value) { digest = (digest ^ value) * 0x100000001b3; };
  for (size_t at = 0; at < file.size(); at += piece) {
    demuxer.feed(file.subspan(at, std::min(piece, file.size() - at)));
    for (;;) {
      const auto event = demuxer.poll();
      if (!event) return digest + 1;
      if (!*event) break;
      if (const auto* track = std::get_if<Demuxer::Track>(&**event)) {
        mix(track->id);
        mix(track->facts.codec);
        for (const uint8_t byte : track->facts.config) mix(byte);
      } else {
        const auto& frame = std::get<Demuxer::Frame>(**event);
        if (frame.track_id == 0) std::abort();
        mix(static_cast<uint64_t>(frame.dts));
        mix(static_cast<uint64_t>(frame.pts));
        for (const uint8_t byte : frame.payload) mix(byte);
      }
    }
  }
  return digest;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> file(bytes + 1, size - 1);
  if (read(file, size_t{bytes[0]} + 1) != read(file, file.size())) std::abort();
  return 0;
}
