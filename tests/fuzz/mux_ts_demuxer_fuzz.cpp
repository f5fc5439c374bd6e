// First byte: the size of the pieces. The rest: a transport stream. What comes out of the demuxer goes
// through the muxer, and what that writes must come back whole and without a word.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sluice/mux/ts/demuxer.hpp"
#include "sluice/mux/ts/muxer.hpp"

using namespace sluice::mux::ts;

static void check(bool sound) {
  if (!sound) std::abort();
}

struct Frames final : DemuxerSink {
  void on_track(const Track&) override {}
  void on_track_end(uint32_t) override {}
  void on_frame(const Frame& frame) override {
    check(!frame.payload.empty());
    ++count;
  }
  uint64_t count = 0;
};

struct Rewriter final : DemuxerSink {
  void on_track(const Track& track) override {
    check(track.id != 0);
    std::erase_if(tracks, [&](const Track& known) { return known.id == track.id; });
    tracks.push_back(track);
    (void)muxer.set_tracks(tracks);
  }
  void on_track_end(uint32_t id) override {
    check(std::erase_if(tracks, [&](const Track& known) { return known.id == id; }) == 1);
  }
  void on_frame(const Frame& frame) override {
    const size_t before = out.size();
    const auto written = muxer.write(frame, out);
    check((out.size() - before) % packet_size == 0);
    check(written ? out.size() > before : out.size() == before);
  }
  std::vector<Track> tracks;
  Muxer muxer;
  std::vector<uint8_t> out;
};

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const size_t piece = bytes[0] == 0 ? size : bytes[0];
  const std::span<const uint8_t> in(bytes + 1, size - 1);
  Rewriter rewriter;
  Demuxer demuxer(rewriter);
  for (size_t at = 0; at < in.size(); at += piece)
    demuxer.feed(in.subspan(at, std::min(piece, in.size() - at)));
  demuxer.finish();

  Frames frames;
  Demuxer again(frames);
  again.feed(rewriter.out);
  again.finish();
  const Counters& counters = again.counters();
  check(counters.packets == rewriter.out.size() / packet_size);
  check(counters.malformed_packets + counters.continuity_errors + counters.bad_sections + counters.bad_pes ==
        0);
  return 0;
}
