// First byte: how the rest is cut into pieces. The rest: a stream. Frames must be those of the whole.
#include <algorithm>
#include <cstdlib>
#include <sluice/mux/mp4/demuxer.hpp>
#include <vector>

using namespace sluice::mux::mp4;
using Bytes = std::span<const uint8_t>;

namespace {

struct Tally {
  uint64_t frames = 0;
  uint64_t bytes = 0;
  uint64_t tracks = 0;
  int64_t times = 0;
  bool failed = false;

  friend bool operator==(const Tally&, const Tally&) = default;
};

Tally demux(Bytes in, size_t piece) {
  Tally tally;
  Demuxer demuxer;
  while (!in.empty()) {
    const std::vector<uint8_t> part(in.begin(),
                                    in.begin() + static_cast<std::ptrdiff_t>(std::min(piece, in.size())));
    in = in.subspan(part.size());
    demuxer.feed(part);
    for (;;) {
      const auto event = demuxer.poll();
      if (!event) {
        tally.failed = true;
        return tally;
      }
      if (!*event) break;
      if (const auto* frame = std::get_if<Demuxer::Frame>(&**event)) {
        ++tally.frames;
        for (const uint8_t byte : frame->payload) tally.bytes += byte + 1u;
        tally.times ^= frame->dts ^ frame->pts ^ frame->duration;
      } else {
        ++tally.tracks;
      }
    }
  }
  return tally;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const Bytes in(bytes + 1, size - 1);
  const Tally whole = demux(in, ~size_t{0});
  if (demux(in, bytes[0] % 61 + 1u) != whole) std::abort();
  return 0;
}
